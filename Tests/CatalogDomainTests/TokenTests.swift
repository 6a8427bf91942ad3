// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import ExactValues
import OutcomeDomain
import Testing

@Suite("Tokens")
struct TokenTests {
    @Test("a token is admitted with its hash, its prefix and its scopes")
    func creation() throws {
        var spec = try CatalogSpec()
        let created = try CatalogSpec.token("0123456789abcdef", scopes: [.ingest, .read])
        #expect(try spec.when(.createToken(created)) == [.tokenCreated(created)])
        try spec.given(.createToken(created))
        let token = try #require(spec.catalog.token(created.id))
        #expect(token.scopes == [.ingest, .read])
        #expect(token.secretHash == created.secretHash)
        #expect(token.prefix == "assay_acme")
        #expect(!token.isRevoked)
        #expect(try spec.when(.createToken(created)) == [])
    }

    @Test("a token without scopes is invalid")
    func scopes() throws {
        let spec = try CatalogSpec()
        let token = try CatalogSpec.token("0123456789abcdef", scopes: [])
        #expect(
            spec.problems(of: .createToken(token)) == ["scopes must name at least one scope"]
        )
    }

    @Test("an id is taken for ever, also when its token is revoked")
    func taken() throws {
        var spec = try CatalogSpec()
        let token = try CatalogSpec.token("0123456789abcdef")
        let other = try CatalogSpec.token("0123456789abcdef", scopes: [.admin])
        try spec.given(.createToken(token))
        #expect(spec.rejection(of: .createToken(other)) == .alreadyExists)
        try spec.given(.revokeToken(token.id))
        #expect(spec.rejection(of: .createToken(token)) == .alreadyExists)
    }

    @Test("revoking: not found, an event, nothing")
    func revocation() throws {
        var spec = try CatalogSpec()
        let token = try CatalogSpec.token("0123456789abcdef")
        #expect(spec.rejection(of: .revokeToken(token.id)) == .notFound)
        try spec.given(.createToken(token), .revokeToken(token.id))
        #expect(spec.catalog.token(token.id)?.isRevoked == true)
        #expect(spec.catalog.tokens.map(\.updated.version) == [3])
        #expect(try spec.when(.revokeToken(token.id)) == [])
    }

    @Test(
        "ids are tok_ and 16 characters of base 32",
        arguments: [
            ("tok_0123456789abcdef", true), ("tok_ghjkmnpqrstvwxyz", true),
            ("tok_0123456789abcde", false), ("tok_0123456789abcdef0", false),
            ("tok_0123456789abcdeI", false), ("tok_0123456789abcdei", false),
            ("tok_0123456789abcdel", false), ("tok_0123456789abcdeo", false),
            ("tok_0123456789abcdeu", false), ("TOK_0123456789abcdef", false), ("", false),
        ]
    )
    func ids(text: String, isOne: Bool) {
        #expect((TokenID(text) != nil) == isOne)
    }
}
