// SPDX-License-Identifier: Apache-2.0

public import CatalogDomain
import OutcomeDomain

/// What tells a review on which terms a signal may open its outcome.
public enum ReviewBasis: Sendable {
    /// The stream itself: its terms and its dead letters' codes are taken for true, everything that
    /// follows from them is decided again.
    case recorded
    /// The account's catalog, asked again at the version each record was judged by.
    case catalog(Catalog)
}
