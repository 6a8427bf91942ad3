// SPDX-License-Identifier: Apache-2.0
// Amounts as people read them, as the service's own pages write them (Money.swift).

/** Every digit there is, at least as many as the currency has, and a comma between thousands. */
export function digits(plain, currency) {
  const [whole, fraction = ""] = plain.split(".");
  const least = new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().minimumFractionDigits;
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  const all = fraction.padEnd(least, "0");
  return all ? `${grouped}.${all}` : grouped;
}

/** Amount and currency, such as `1,250.00 EUR`. */
export function money(amount, currency) {
  return `${digits(amount, currency)} ${currency}`;
}
