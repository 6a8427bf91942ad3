// SPDX-License-Identifier: Apache-2.0

import ExactValues

/// Where the row of an outcome's settlement timer stands.
///
/// Each signal may lengthen the window, and moving the row each time would cost two changes of an
/// index an event. So it stays where it is until it fires, and is moved then (ADR 0035). What holds
/// at every commit: an outcome whose window is open has a row at or before its end. An actor that
/// was rehydrated knows no more than that, so a row may be left behind; it fires once, finds nothing
/// due, and goes.
struct TimerRow: Hashable, Sendable {
    /// There is a row at or before this; nil when there need be none.
    private var armedBy: Timestamp?
    /// The very place of that row, as far as it is known.
    private var place: Timestamp?

    /// Of an outcome that was read back: there is a row at or before the end of its window.
    init(rehydratedFor settlesAt: Timestamp?) { armedBy = settlesAt }

    /// How the row has to move now that the window ends at `wanted`; nil when it may stay.
    mutating func move(to wanted: Timestamp?) -> TimerMove? {
        guard let wanted else {
            defer {
                armedBy = nil
                place = nil
            }
            return place.map { TimerMove(from: $0, to: nil) }
        }
        if let armedBy, armedBy <= wanted { return nil }
        defer { stand(at: wanted) }
        return TimerMove(from: place, to: wanted)
    }

    /// A row that fires is one that is there.
    mutating func found(at due: Timestamp) {
        if place == nil { place = due }
    }

    /// A row has fired before the end of the window: it is moved there, or removed when another row
    /// does its work or the window has ended.
    mutating func moveAfterFiringEarly(at due: Timestamp, wanted: Timestamp?) -> TimerMove {
        guard place == due else { return TimerMove(from: due, to: nil) }
        guard let wanted else {
            armedBy = nil
            place = nil
            return TimerMove(from: due, to: nil)
        }
        stand(at: wanted)
        return TimerMove(from: due, to: wanted)
    }

    private mutating func stand(at instant: Timestamp) {
        armedBy = instant
        place = instant
    }
}

/// A timer's move; `from` and `to` are nil for none.
struct TimerMove: Hashable, Sendable {
    let from: Timestamp?
    let to: Timestamp?
}
