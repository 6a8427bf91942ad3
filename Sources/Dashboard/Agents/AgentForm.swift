// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import ExactValues
import OutcomeDomain

/// What was typed into the form of an agent, right or wrong.
struct AgentForm: Sendable {
    /// What a form is that nobody has typed into yet.
    static let blankCondition = """
        {
          "all": [
            {
              "fact": "",
              "operator": "seen"
            }
          ]
        }
        """
    /// Arrays and objects inside each other in a condition's text.
    private static let limitDepth = 64

    /// The key; typed only for an agent that is not there yet.
    var key: String
    var name: String
    var period: String
    var periodUnit: Span.Unit
    var attribution: String
    var unit: String
    /// JSON in any spelling of SPEC 5.
    var condition: String
    /// The contract version that was looked at when the form was opened; 0 when there was none.
    var basedOn: Int

    /// What somebody sent.
    init(_ form: Form) {
        key = form.text("key")
        name = form.text("name")
        period = form.text("period")
        periodUnit = Span.Unit(rawValue: form.text("period_unit")) ?? .seconds
        attribution = form.text("attribution_method")
        unit = form.text("unit")
        condition = form["condition"] ?? ""
        basedOn = Int(form.text("based_on")) ?? 0
    }

    /// What is asked of an agent that is not there yet; its key may be known.
    init(key: String) {
        let span = Span(seconds: Contract.defaultSettlementPeriodSeconds)
        self.key = key
        name = ""
        period = String(span.count)
        periodUnit = span.unit
        attribution = AttributionMethod.last.rawValue
        unit = ""
        condition = Self.blankCondition
        basedOn = 0
    }

    /// An agent as it is.
    init(_ agent: Agent) {
        let span = Span(seconds: agent.contract.settlementPeriodSeconds)
        key = agent.key.description
        name = agent.name.string
        period = String(span.count)
        periodUnit = span.unit
        attribution = agent.contract.attributionMethod.rawValue
        unit = agent.contract.unit?.string ?? ""
        condition = PrettyJSON.text(agent.contract.condition)
        basedOn = agent.contractVersion
    }
}

// MARK: Reading

extension AgentForm {
    /// What the form says, or what is wrong with it by the names of the API's fields.
    func contract() throws(ValidationFailure) -> Contract {
        var problems: [FieldError] = []
        var members: [JSONObject.Member] = [
            JSONObject.Member("attribution_method", .string(Text(attribution)))
        ]
        if let span = Span(period, periodUnit), let seconds = Decimal(exactly: span.seconds) {
            members.append(JSONObject.Member("settlement_period", .number(seconds)))
        } else {
            let message = "must be a whole number of \(periodUnit.rawValue)"
            problems.append(
                FieldError(field: "contract.settlement_period", message: message)
            )
        }
        if !unit.isEmpty { members.append(JSONObject.Member("unit", .string(Text(unit)))) }
        do throws(JSONError) {
            let json = try JSONReader.read(Array(condition.utf8), maximumDepth: Self.limitDepth)
            members.append(JSONObject.Member("condition", json))
        } catch {
            problems.append(FieldError(field: "contract.condition", message: place(of: error)))
            // So that what else is wrong is told at the same time.
            members.append(JSONObject.Member("condition", .array([])))
        }
        var contract: Contract?
        do throws(ValidationFailure) {
            contract = try Contract(json: .object(JSONObject(members)))
        } catch {
            problems += error.details
        }
        guard let contract, problems.isEmpty else { throw ValidationFailure(problems) }
        return contract
    }

    /// What the agent shall be.
    func body() throws(ValidationFailure) -> AgentBody {
        var problems: [FieldError] = []
        if let problem = NameRule.problem(with: Text(name)) {
            problems.append(FieldError(field: "name", message: problem))
        }
        var contract: Contract?
        do throws(ValidationFailure) {
            contract = try self.contract()
        } catch {
            problems += error.details
        }
        guard let contract, problems.isEmpty else { throw ValidationFailure(problems) }
        return AgentBody(name: Text(name), contract: contract)
    }

    /// The key of an agent that is not there yet.
    func newKey(in catalog: Catalog) throws(ValidationFailure) -> Slug {
        guard let slug = Slug(Text(key)) else {
            throw ValidationFailure(
                field: "key",
                message: "must be a letter or digit, then [a-z0-9_-], at most 63 characters"
            )
        }
        guard catalog.agent(slug) == nil else {
            throw ValidationFailure(field: "key", message: "is taken by another agent")
        }
        return slug
    }

    /// Where JSON ends being JSON, as people count: lines and characters from 1.
    private func place(of error: JSONError) -> String {
        let before = condition.utf8.prefix(error.offset)
        let line = before.reduce(1) { $1 == 0x0A ? $0 + 1 : $0 }
        let column = before.reversed().prefix { $0 != 0x0A }.filter { $0 & 0xC0 != 0x80 }.count + 1
        let sentence = error.description
        let words = sentence.firstRange(of: " at byte ").map { sentence[..<$0.lowerBound] }
        return "\(words ?? sentence[...]) in line \(line), character \(column)"
    }
}
