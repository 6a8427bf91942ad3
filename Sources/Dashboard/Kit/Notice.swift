// SPDX-License-Identifier: Apache-2.0

/// What a page says was just done; named in the address after a form was taken, so that reloading
/// does not do it again.
enum Notice: String {
    case signedIn = "signed-in"
    case saved
    case unchanged
    case archived
    case revived

    var sentence: String {
        switch self {
        case .signedIn: "You are signed in."
        case .saved: "Saved."
        case .unchanged: "Nothing was to change."
        case .archived: "Archived: it opens nothing new."
        case .revived: "In use again."
        }
    }
}
