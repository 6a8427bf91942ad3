// SPDX-License-Identifier: Apache-2.0

/// The members of a JSON object, in the order they were written.
///
/// No name occurs twice; `JSONReader` refuses a text where one does. Two objects are equal when
/// they have the same members, in whatever order.
public struct JSONObject: Sendable {
    /// A name and its value.
    public struct Member: Hashable, Sendable {
        /// The name.
        public let name: Text
        /// The value.
        public var value: JSONValue

        /// Puts a name and a value together.
        @inlinable
        public init(name: Text, value: JSONValue) {
            self.name = name
            self.value = value
        }

        /// Puts a name and a value together.
        @inlinable
        public init(_ name: Text, _ value: JSONValue) {
            self.init(name: name, value: value)
        }
    }

    /// The members in the order they were written.
    public private(set) var members: [Member]

    /// An object without members.
    public init() {
        members = []
    }

    /// Takes members; that no name occurs twice is the caller's duty.
    public init(_ members: [Member]) {
        self.members = members
    }

    /// The value of a member; nil when there is none of that name.
    ///
    /// Searches one after the other: objects are small.
    @inlinable
    public subscript(_ name: Text) -> JSONValue? {
        for member in members where member.name == name {
            return member.value
        }
        return nil
    }

    /// Gives a member a value: in its place when there is one of that name, else at the end.
    public mutating func set(_ name: Text, _ value: JSONValue) {
        if let index = members.firstIndex(where: { $0.name == name }) {
            members[index].value = value
        } else {
            members.append(Member(name: name, value: value))
        }
    }

    /// Adds a member at the end; that the name is new is the caller's duty.
    public mutating func append(_ name: Text, _ value: JSONValue) {
        assert(self[name] == nil, "a member of this name is already there")
        members.append(Member(name: name, value: value))
    }

    /// The members in the order of their names' UTF-8 bytes.
    var sortedMembers: [Member] {
        let isSorted = zip(members, members.dropFirst()).allSatisfy { $0.name < $1.name }
        return isSorted ? members : members.sorted { $0.name < $1.name }
    }
}

extension JSONObject: Hashable {
    /// Equal means the same members in any order.
    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        guard left.members.count == right.members.count else { return false }
        let isSameOrder = zip(left.members, right.members).allSatisfy { $0.name == $1.name }
        if isSameOrder {
            return zip(left.members, right.members).allSatisfy { $0.value == $1.value }
        }
        return left.sortedMembers == right.sortedMembers
    }

    /// Hashes the members so that their order does not matter.
    public func hash(into hasher: inout Hasher) {
        var sum = 0
        for member in members {
            sum &+= member.hashValue
        }
        hasher.combine(members.count)
        hasher.combine(sum)
    }
}
