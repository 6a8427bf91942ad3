// SPDX-License-Identifier: Apache-2.0

public import TransparencyLog

/// The key that signs now, and how it came to be that.
public struct SigningIdentity: Sendable {
    /// The private key.
    public let signer: NoteSigner
    /// Its registration and those of the keys before it, oldest first.
    public let registrations: [SignedNote]

    /// Puts an identity together.
    public init(signer: NoteSigner, registrations: [SignedNote]) {
        self.signer = signer
        self.registrations = registrations
    }
}

/// Where the private key is kept.
public protocol SigningKeySource: Sendable {
    /// The key to sign with from now on; asked again and again, since it may be rotated.
    func current() async throws -> SigningIdentity
}
