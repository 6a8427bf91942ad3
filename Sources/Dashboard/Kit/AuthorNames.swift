// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import ExactValues
import Identity
import OutcomeRuntime

/// Who changed something, by name: users are looked up once a page.
struct AuthorNames {
    private static let userMark = "user_"

    private let call: PageCall
    private var known: [Author: String] = [:]

    init(_ call: PageCall) { self.call = call }

    /// The name of a member, or of a token that has one; what is recorded for anybody else.
    mutating func name(of author: Author) async -> String {
        if let name = known[author] { return name }
        let name = await member(author) ?? token(author) ?? Self.plain(author)
        known[author] = name
        return name
    }

    /// The name of a member, by their number.
    mutating func name(ofUser number: Int64) async -> String {
        await name(of: Author(text: Text("\(Self.userMark)\(number)")))
    }

    private func token(_ author: Author) -> String? {
        guard let id = TokenID(author.description),
            let name = call.principal.catalog.token(id)?.name
        else { return nil }
        return "token “\(name)”"
    }

    private func member(_ author: Author) async -> String? {
        let text = author.description
        guard text.hasPrefix(Self.userMark),
            let user = Int64(text.dropFirst(Self.userMark.utf8.count)).flatMap({ UserID($0) })
        else { return nil }
        // A page without a name is better than no page.
        let membership = try? await call.dashboard.identities.membership(
            of: user,
            in: call.account
        )
        return membership?.user.name.string
    }

    private static func plain(_ author: Author) -> String {
        author == .commandLine ? "the command line" : author.description
    }
}
