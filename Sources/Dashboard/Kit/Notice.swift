// SPDX-License-Identifier: Apache-2.0

/// What a page says was just done; named in the address after a form was taken, so that reloading
/// does not do it again.
enum Notice: String {
    case signedIn = "signed-in"
    case saved
    case unchanged
    case archived
    case revived
    case erasureAsked = "erasure-asked"
    case revoked
    case removed
    case redriven
    case discarded
    case nothingLeft = "nothing-left"
    case advanced
    case sandboxMade = "sandbox-made"

    var sentence: String {
        switch self {
        case .signedIn: "You are signed in."
        case .saved: "Saved."
        case .unchanged: "Nothing was to change."
        case .archived: "Archived: it opens nothing new."
        case .revived: "In use again."
        case .erasureAsked:
            "Accepted: nobody reads the metadata this customer has sent so far again."
        case .revoked: "Revoked: it is admitted no longer."
        case .removed: "Removed, and signed out of this account."
        case .redriven: "Sent to be tried again."
        case .discarded: "Given up for good."
        case .nothingLeft: "Nothing was left to do: they are dead letters no longer."
        case .advanced: "The clock has moved."
        case .sandboxMade: "This sandbox is yours."
        }
    }
}
