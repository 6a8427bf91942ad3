// SPDX-License-Identifier: Apache-2.0

import Checkpoints
import NIOPosix

/// The key's file as a running server looks at it: from time to time, since it may be rotated.
struct WatchedSigningKey: SigningKeySource {
    let file: SigningKeyFile
    let log: String

    /// The key that is in the file now; read off the cooperative pool.
    func current() async throws -> SigningIdentity {
        try await NIOThreadPool.singleton.runIfActive { try file.read(log: log) }
    }
}
