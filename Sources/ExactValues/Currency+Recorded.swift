// SPDX-License-Identifier: Apache-2.0

extension Currency {
    /// Takes a currency as it was once recorded, with the exponent of that time.
    ///
    /// What was copied into an outcome stays as it was (SPEC 6), even when the list of ISO 4217 has
    /// changed since. Nil unless the code is three upper-case letters and the exponent 0 to 9.
    public init?(recorded code: String, exponent: Int) {
        guard code.utf8.count == 3, (0...9).contains(exponent) else { return nil }
        for letter in code.utf8 where !(0x41...0x5A).contains(letter) {
            return nil
        }
        self.code = code
        self.exponent = exponent
    }
}
