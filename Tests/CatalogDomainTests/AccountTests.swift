// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import ExactValues
import OutcomeDomain
import Testing

@Suite("Accounts")
struct AccountTests {
    private func created(
        name: Text = "Acme",
        isSandbox: Bool = false,
        clock: Timestamp? = nil
    ) throws -> AccountCreated {
        AccountCreated(
            account: try CatalogSpec.account(),
            name: name,
            isSandbox: isSandbox,
            clock: clock
        )
    }

    @Test("an account begins with its own event")
    func creation() throws {
        var spec = CatalogSpec(empty: ())
        #expect(spec.catalog.account == nil)
        #expect(spec.catalog.version == 0)
        let sandbox = try created(isSandbox: true, clock: .latest)
        #expect(try spec.when(.createAccount(sandbox)) == [.accountCreated(sandbox)])
        try spec.given(.createAccount(sandbox))
        #expect(spec.catalog.account == (try CatalogSpec.account()))
        #expect(spec.catalog.name == "Acme")
        #expect(spec.catalog.isSandbox)
        #expect(spec.catalog.initialClock == .latest)
        #expect(spec.catalog.version == 1)
        #expect(spec.catalog.created?.author.text == "author 1")
    }

    @Test("creating the same account again is nothing, a different one is rejected")
    func again() throws {
        let spec = try CatalogSpec()
        #expect(try spec.when(.createAccount(created())) == [])
        #expect(spec.rejection(of: .createAccount(try created(name: "Other"))) == .alreadyExists)
        #expect(spec.rejection(of: .createAccount(try created(isSandbox: true))) == .alreadyExists)
    }

    @Test("only a sandbox has a test clock")
    func clock() throws {
        let spec = CatalogSpec(empty: ())
        #expect(
            spec.problems(of: .createAccount(try created(clock: .earliest)))
                == ["clock only a sandbox account has a test clock"]
        )
    }

    @Test("nothing can be done before the account is created")
    func order() throws {
        let spec = CatalogSpec(empty: ())
        #expect(spec.rejection(of: try CatalogSpec.putAgent("a", "x")) == .notFound)
        #expect(spec.rejection(of: try CatalogSpec.putCustomer("c")) == .notFound)
        let token = try CatalogSpec.token("0000000000000000")
        #expect(spec.rejection(of: .createToken(token)) == .notFound)
    }

    @Test(
        "names are 1 to 255 characters without control characters",
        arguments: [
            ("", false), ("x", true), (String(repeating: "é", count: 255), true),
            (String(repeating: "é", count: 256), false), ("tab\t", false), ("del\u{7F}", false),
            ("nel\u{85}", false), ("O'Brien & \"Sons\" 🎉", true),
        ]
    )
    func names(name: String, isAllowed: Bool) throws {
        let empty = CatalogSpec(empty: ())
        let account = CatalogCommand.createAccount(try created(name: Text(name)))
        #expect(empty.problems(of: account).isEmpty == isAllowed)
        var spec = try CatalogSpec()
        try spec.given(CatalogSpec.putAgent("a", "x"))
        let commands = [
            try CatalogSpec.putAgent("b", "x", name: Text(name)),
            try CatalogSpec.putCustomer("c", name: Text(name)),
            try CatalogSpec.putCard("r", [("a", 1)], name: Text(name)),
            .createToken(try CatalogSpec.token("0000000000000000", name: Text(name))),
        ]
        for command in commands {
            let problems = spec.problems(of: command)
            #expect(problems.allSatisfy { $0.hasPrefix("name must") })
            #expect(problems.isEmpty == isAllowed)
        }
    }
}
