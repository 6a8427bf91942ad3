// SPDX-License-Identifier: Apache-2.0

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// A file descriptor, closed with its last reference.
final class PosixFile: Sendable {
    /// A failed system call.
    struct Failure: Error {
        let code: Int32

        var isDirectoryMissing: Bool { code == ENOENT || code == ENOTDIR }
        var isRefused: Bool { code == EACCES || code == EPERM || code == EROFS || code == EISDIR }
        var isDiskFull: Bool { code == ENOSPC || code == EDQUOT }
    }

    private let descriptor: Int32

    private init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    /// Opens a file for reading and writing, creating it when asked to.
    static func open(_ path: String, creating: Bool) throws(Failure) -> PosixFile {
        try open(path, flags: O_RDWR | (creating ? O_CREAT : 0))
    }

    /// Opens a file that is there, for reading only.
    static func openForReading(_ path: String) throws(Failure) -> PosixFile {
        try open(path, flags: O_RDONLY)
    }

    private static func open(_ path: String, flags: Int32) throws(Failure) -> PosixFile {
        let flags = flags | O_CLOEXEC
        #if canImport(Darwin)
        let descriptor = Darwin.open(path, flags, 0o600)
        #elseif canImport(Musl)
        let descriptor = Musl.open(path, flags, 0o600)
        #else
        let descriptor = Glibc.open(path, flags, 0o600)
        #endif
        guard descriptor >= 0 else { throw Failure(code: errno) }
        return PosixFile(descriptor: descriptor)
    }

    /// Whether a path names a directory.
    static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        guard stat(path, &status) == 0 else { return false }
        return status.st_mode & S_IFMT == S_IFDIR
    }

    /// Whether anything is at a path.
    static func exists(_ path: String) -> Bool {
        access(path, F_OK) == 0
    }

    /// Removes a file, if there is one.
    static func remove(_ path: String) {
        _ = unlink(path)
    }

    /// Lets the thread rest; it may be called on the store's own threads only.
    static func pause(nanoseconds: Int) {
        var time = timespec(tv_sec: 0, tv_nsec: nanoseconds)
        nanosleep(&time, nil)
    }

    /// This process.
    static var currentProcessID: Int32 { getpid() }

    /// Takes the exclusive lock that dies with the process; false when another holds it.
    func lockExclusively() -> Bool {
        flock(descriptor, LOCK_EX | LOCK_NB) == 0
    }

    /// Gives the lock back.
    func unlock() {
        _ = flock(descriptor, LOCK_UN)
    }

    /// Up to `count` bytes from an offset; none when they cannot be read.
    func read(at offset: Int, count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = max(0, pread(descriptor, buffer.baseAddress, count, off_t(offset)))
        }
    }

    /// Up to `count` bytes from an offset, fewer only where the file ends.
    ///
    /// - Throws: `Failure` when they cannot be read, which does not say that nothing is there.
    func contents(at offset: Int, count: Int) throws(Failure) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let (read, code) = bytes.withUnsafeMutableBytes { buffer in
                let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
                let read = pread(descriptor, rest.baseAddress, rest.count, off_t(offset + filled))
                return (read, errno)
            }
            if read == 0 { break }
            if read > 0 {
                filled += read
            } else if code != EINTR {
                throw Failure(code: code)
            }
        }
        bytes.removeLast(count - filled)
        return bytes
    }

    /// Writes all bytes at an offset; false when that failed.
    func write(_ bytes: [UInt8], at offset: Int) -> Bool {
        bytes.withUnsafeBytes {
            pwrite(descriptor, $0.baseAddress, $0.count, off_t(offset)) == $0.count
        }
    }

    /// Cuts the file to a length.
    func truncate(to length: Int) {
        _ = ftruncate(descriptor, off_t(length))
    }

    /// Flushes what was written; false when that failed.
    @discardableResult
    func flush() -> Bool {
        fsync(descriptor) == 0
    }

    /// Flushes the directory a file is in, so that the file itself is there for good; false when that
    /// failed.
    static func flushDirectory(of path: String) -> Bool {
        let end = path.lastIndex(of: "/")
        let directory = end.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        #if canImport(Darwin)
        let descriptor = Darwin.open(directory, O_RDONLY | O_CLOEXEC)
        #elseif canImport(Musl)
        let descriptor = Musl.open(directory, O_RDONLY | O_CLOEXEC)
        #else
        let descriptor = Glibc.open(directory, O_RDONLY | O_CLOEXEC)
        #endif
        guard descriptor >= 0 else { return false }
        return PosixFile(descriptor: descriptor).flush()
    }

    /// The length of the file in bytes.
    ///
    /// - Throws: `Failure` when it cannot be told.
    func length() throws(Failure) -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Failure(code: errno) }
        return Int(status.st_size)
    }

    /// The length of the file in bytes; zero when it cannot be told.
    var byteCount: Int {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
    }
}
