// SPDX-License-Identifier: Apache-2.0

/// The place where a server takes the orders of its operator: a Unix domain socket beside the read
/// models, which only the user that the server runs as may open (ADR 0028).
enum ControlSocket {
    /// What is put behind the path of the read models.
    static let suffix = ".control"

    #if canImport(Darwin)
    /// The system has no room for more.
    static let pathLimitBytes = 103
    #else
    /// The system has no room for more.
    static let pathLimitBytes = 107
    #endif

    /// Where the server of a configuration listens.
    static func path(of configuration: AssayConfiguration) throws(CommandFailure) -> String {
        try configuration.viewsPath + suffix
    }

    /// Says so when a path is too long to be listened at; nil when it is not.
    static func complaint(about path: String) -> String? {
        guard path.utf8.count > pathLimitBytes else { return nil }
        return "The path of the control socket, \(path), has \(path.utf8.count) bytes, and the "
            + "system allows \(pathLimitBytes): move the store to a shorter path, or start in its "
            + "directory and name it relatively."
    }
}
