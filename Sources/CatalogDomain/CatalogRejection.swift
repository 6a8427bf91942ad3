// SPDX-License-Identifier: Apache-2.0

public import OutcomeDomain

/// Why a catalog was not changed.
public enum CatalogRejection: Error, Hashable, Sendable {
    /// What is to be archived or revoked, or the account itself, has never been there.
    case notFound
    /// The account or the token is there already, and not the same.
    case alreadyExists
    /// One or more fields break a rule of SPEC 2.
    case invalid(ValidationFailure)
}
