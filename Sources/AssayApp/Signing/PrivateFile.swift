// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A small file for its owner's eyes only, written whole or not at all.
enum PrivateFile {
    /// A failed system call.
    struct Failure: Error {
        let code: Int32

        var isMissing: Bool { code == ENOENT || code == ENOTDIR }
        var reason: String { String(cString: strerror(code)) }
    }

    /// Whether anything is at a path.
    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// The whole content and the permissions.
    static func read(
        _ path: String,
        limitBytes: Int
    ) throws(Failure) -> (bytes: [UInt8], mode: UInt32) {
        let descriptor = try opened(path, O_RDONLY | O_CLOEXEC)
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Failure(code: errno) }
        guard status.st_mode & S_IFMT == S_IFREG, status.st_size <= limitBytes else {
            throw Failure(code: EFBIG)
        }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeMutableBytes { buffer in
                pread(
                    descriptor,
                    UnsafeMutableRawBufferPointer(rebasing: buffer[done...]).baseAddress,
                    buffer.count - done,
                    off_t(done)
                )
            }
            guard count > 0 else { throw Failure(code: count < 0 ? errno : EIO) }
            done += count
        }
        return (bytes, UInt32(status.st_mode) & 0o777)
    }

    /// Makes a file; false, and nothing is changed, when there is one.
    static func create(_ path: String, _ bytes: [UInt8]) throws(Failure) -> Bool {
        let part = try written(bytes, beside: path)
        defer { unlink(part) }
        guard link(part, path) == 0 else {
            guard errno == EEXIST else { throw Failure(code: errno) }
            return false
        }
        flushDirectory(of: path)
        return true
    }

    /// Puts new content in the place of what is there.
    static func replace(_ path: String, _ bytes: [UInt8]) throws(Failure) {
        try move(try written(bytes, beside: path), to: path)
    }

    /// Gives a file another name.
    static func move(_ path: String, to other: String) throws(Failure) {
        guard rename(path, other) == 0 else { throw Failure(code: errno) }
        flushDirectory(of: other)
    }

    // MARK: Parts

    /// The name of a new file with this content, which is durable.
    private static func written(_ bytes: [UInt8], beside path: String) throws(Failure) -> String {
        let part = "\(path).\(getpid()).part"
        unlink(part)
        let descriptor = try opened(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC)
        defer { close(descriptor) }
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                write(
                    descriptor,
                    UnsafeRawBufferPointer(rebasing: buffer[done...]).baseAddress,
                    buffer.count - done
                )
            }
            guard count > 0 else {
                let code = errno
                unlink(part)
                throw Failure(code: code)
            }
            done += count
        }
        guard fsync(descriptor) == 0 else {
            let code = errno
            unlink(part)
            throw Failure(code: code)
        }
        return part
    }

    private static func opened(_ path: String, _ flags: Int32) throws(Failure) -> Int32 {
        let descriptor = open(path, flags, 0o600)
        guard descriptor >= 0 else { throw Failure(code: errno) }
        return descriptor
    }

    /// So that a name survives a power cut as well; where that cannot be had, nothing is lost that
    /// cannot be made anew.
    private static func flushDirectory(of path: String) {
        let end = path.lastIndex(of: "/")
        let directory = end.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        guard let descriptor = try? opened(directory, O_RDONLY | O_CLOEXEC) else { return }
        fsync(descriptor)
        close(descriptor)
    }
}
