// SPDX-License-Identifier: Apache-2.0

/// Which Assay this is.
public enum AssayVersion {
    /// The version, as in the CHANGELOG.
    public static let current = "0.1.0"
}
