// SPDX-License-Identifier: Apache-2.0

/// Passwords of ten characters and more that lists of guesses begin with.
///
/// Short, and no substitute for a good password: guesses are throttled besides.
enum CommonPasswords {
    /// Whether a password, in small letters, is one of them, repeats one character, or counts up or
    /// down.
    static func include(_ small: String) -> Bool {
        known.contains(small) || isRun(Array(small.utf8))
    }

    /// Whether every byte is as far from the one before it: "aaaaaaaaaa", "abcdefghij".
    private static func isRun(_ bytes: [UInt8]) -> Bool {
        guard bytes.count > 1 else { return true }
        let step = Int(bytes[1]) - Int(bytes[0])
        guard abs(step) <= 1 else { return false }
        return zip(bytes, bytes.dropFirst()).allSatisfy { Int($1) - Int($0) == step }
    }

    private static let known: Set<String> = [
        "0987654321", "0123456789", "1029384756", "1111122222", "1122334455", "1212121212",
        "1231231231", "1231231234", "123123123123", "1233211234567", "1234512345", "12345678900",
        "1234567890", "12345678910", "123456789a", "1234567890a", "1234567890q", "1234567890-=",
        "1234567890qwertyuiop", "123456789012", "1234567891", "123456789abc", "1234567899",
        "123qweasdzxc", "147258369", "147258369147", "1a2b3c4d5e", "1q2w3e4r5t", "1q2w3e4r5t6y",
        "1q2w3e4r5t6y7u", "1qaz2wsx3edc", "1qaz2wsx3edc4rfv", "1qazxsw23edc", "7777777777",
        "aa123456789", "abc123456789", "abcd123456", "abcd1234567", "abcdefghijkl", "abcdef123456",
        "admin12345", "admin123456", "adminadmin", "administrator", "asdasdasdasd", "asdf123456",
        "asdfasdfasdf", "asdfghjkl1", "asdfghjkl123", "asdfghjkl;", "asdfghjklzxcvbnm",
        "assayassay", "assay12345", "assay123456", "azertyuiop", "babygirl123", "basketball",
        "basketball1", "bismillah123", "butterfly1", "california1", "changeme12", "changeme123",
        "changeme1234", "charlie123", "chocolate1", "correcthorsebatterystaple", "default123",
        "dragon12345", "facebook123", "football12", "football123", "fuckyou123", "google12345",
        "helloworld", "helloworld1", "iloveyou12", "iloveyou123", "iloveyou1234", "iloveyou!!",
        "internet123", "letmein123", "letmein1234", "liverpool1", "liverpool123", "logitech123",
        "manchester", "manchester1", "michael123", "minecraft1", "minecraft123", "monkey12345",
        "myspace123", "p@ssw0rd123", "p@ssw0rd1234", "p@ssword123", "pa$$word123", "passw0rd123",
        "passw0rd1234", "password00", "password01", "password10", "password11", "password12",
        "password123", "password1234", "password12345", "password123456", "password!!",
        "password1!", "password12!", "password123!", "password1!1", "password2024",
        "password2025", "password2026", "passwordpassword", "pokemon123", "princess12",
        "princess123", "q1w2e3r4t5", "q1w2e3r4t5y6", "qazwsxedc1", "qazwsxedcrfv",
        "qazwsxedc123", "qwe123qwe123", "qweasdzxc123", "qweqweqweqwe", "qwer1234qwer",
        "qwerasdfzxcv", "qwerty12345", "qwerty123456", "qwerty1234567", "qwerty1234",
        "qwertyqwerty", "qwertyuiop", "qwertyuiop1", "qwertyuiop12", "qwertyuiop123",
        "qwertyuiop[]", "qwertyuiopasdfghjkl", "samsung123", "sunshine12", "sunshine123",
        "superman12", "superman123", "starwars12", "starwars123", "test123456", "testtest12",
        "testtesttest", "trustno1trustno1", "welcome123", "welcome1234", "welcome12345",
        "welcome2024", "welcome2025", "welcome2026", "whatever12", "whatever123", "zaq12wsxcde3",
        "zxcvbnm123", "zxcvbnm1234", "zxcvbnmasdfghjkl",
    ]
}
