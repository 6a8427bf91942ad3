// SPDX-License-Identifier: Apache-2.0

import Mustache

/// A model as the templates read it: dictionaries by the names of its members.
///
/// The library looks at an object's members anew for each name it meets; here it is done once an
/// object, which makes a page of a thousand rows several times faster. And a member that is nil is
/// there and shows nothing, where the library would look for its name further out.
enum ModelValues {
    static func of(_ value: Any) -> Any {
        switch value {
        case is String, is Bool, is Int, is any MustacheCustomRenderable: return value
        case let values as [Any]: return values.map { of($0) }
        default: break
        }
        let mirror = Mirror(reflecting: value)
        switch mirror.displayStyle {
        case .optional: return mirror.children.first.map { of($0.value) } ?? Nothing()
        case .struct:
            var members: [String: Any] = [:]
            for case (let name?, let member) in mirror.children {
                members[name] = of(member)
            }
            return members
        default: return String(describing: value)
        }
    }
}

/// What stands for nil.
private struct Nothing: MustacheCustomRenderable {
    var renderText: String { "" }
    var isNull: Bool { true }
}
