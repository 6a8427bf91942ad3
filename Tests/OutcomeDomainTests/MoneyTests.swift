// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeDomain
import Testing

/// Quantities and exact amounts (SPEC 6).
@Suite("Attribution and money")
struct MoneyTests {
    private static let amounts: [Decimal] = [3, decimal("0.5"), 7, 0, 2]

    private func charge(
        _ method: AttributionMethod,
        _ attributions: [Decimal?],
        price: Decimal = 2
    ) throws -> Charge? {
        var spec = try OutcomeSpec(contract(method: method)).given { $0.price = price }
        for (index, attribution) in attributions.enumerated() {
            // Actions do not matter: the quantity is over all applied signals.
            spec = spec.given(
                .signal(index + 1, index == 0 ? "resolved" : "other", attribution: attribution)
            )
        }
        guard case .settled(let settled) = spec.given(.settle(100)).outcome.phase else {
            return nil
        }
        return settled.ending.charge
    }

    @Test(
        "the method chooses the quantity, over all applied signals",
        arguments: [
            (AttributionMethod.first, "3"), (.last, "2"), (.min, "0"), (.max, "7"),
            (.sum, "12.5"),
        ]
    )
    func methods(method: AttributionMethod, expected: String) throws {
        #expect(try charge(method, Self.amounts)?.quantity == wide(expected))
        let given = Self.amounts.map(Optional.some)
        let sparse = [nil] + given.prefix(1) + [nil] + given.dropFirst() + [nil]
        #expect(try charge(method, sparse)?.quantity == wide(expected))
    }

    @Test("the quantity is 1 when no signal carries one", arguments: AttributionMethod.allCases)
    func none(method: AttributionMethod) throws {
        #expect(try charge(method, [nil, nil])?.quantity == wide("1"))
        #expect(try charge(method, [nil, nil])?.amount == wide("2"))
        #expect(AttributionTally(method: method).total == nil)
    }

    @Test("one attribution is the quantity", arguments: AttributionMethod.allCases)
    func one(method: AttributionMethod) throws {
        #expect(try charge(method, [nil, decimal("0.8")])?.quantity == wide("0.8"))
        #expect(try charge(method, [0])?.quantity == .zero)
    }

    @Test("a quantity or a price of 0 is a charge of 0, not no charge")
    func zero() throws {
        #expect(try charge(.last, [0])?.amount == .zero)
        #expect(try charge(.last, [4], price: 0)?.amount == .zero)
    }

    @Test("a million outcomes at 0.002 are 2000")
    func million() throws {
        let single = try #require(try charge(.last, [nil], price: decimal("0.002")))
        #expect(single.amount == wide("0.002"))
        var total = WideDecimal.zero
        for _ in 0..<1_000_000 {
            total += single.amount
        }
        #expect(total == wide("2000"))
        #expect(total.description == "2000")
    }

    @Test("34 digits times 34 digits are exact")
    func manyDigits() throws {
        let price = decimal("1234567890123456.123456789012345678")
        let quantity = decimal("9876543210987654.987654321098765432")
        let charge = try charge(.last, [quantity], price: price)
        // Worked out apart, with the integers 1234567890123456123456789012345678 and
        // 9876543210987654987654321098765432.
        #expect(
            charge?.amount
                == wide("12193263113702173772138374552659.198506324440454198322511812221002896")
        )
    }

    @Test("a sum of 34-digit quantities neither overflows nor rounds")
    func wideSum() throws {
        let large = decimal("999999999999999999.9999999999999999")
        let charge = try charge(.sum, Array(repeating: large, count: 100), price: 1)
        #expect(charge?.quantity == wide("99999999999999999999.99999999999999"))
        #expect(charge?.amount == charge?.quantity)
    }

    @Test("the currency is the one copied when the outcome opened")
    func currencyOfTheTerms() throws {
        let given = try OutcomeSpec(contract())
            .given { $0.currency = currency("JPY") }
            .given(.signal(1))
            .given { $0.currency = currency("USD") }
        given.when(.settle(100)).then("settled CONFIRMED 1 = 2 JPY at 100 by 1")
    }

    @Test("only CONFIRMED has a charge")
    func onlyConfirmed() {
        let charge = Charge(quantity: wide("1"), amount: wide("2"), currency: currency("USD"))
        #expect(Ending.confirmed(charge).charge == charge)
        #expect(Ending.failed.charge == nil)
        #expect(Ending.missed.charge == nil)
    }

    @Test("the attribution of a dead letter is not billed")
    func deadLetters() throws {
        try OutcomeSpec(contract(method: .sum))
            .given(
                .signal(1, attribution: 3),
                .signal(2, at: 1, customer: "globex", attribution: 50)
            )
            .when(.signal(3, at: 100, attribution: 70))
            .then(
                "settled CONFIRMED 3 = 6 USD at 100 by 1",
                "refused e3 OUTCOME_NOT_OPEN at 100 by 3"
            )
    }
}
