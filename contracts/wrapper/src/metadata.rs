//! A token's metadata, as wallets read it. Pure.
//!
//! It is a data URI: nothing has to be hosted, and what a wallet shows is what the market says.

use alloc::vec::Vec;

const WAD: u128 = 1_000_000_000_000_000_000;
const WAD_DECIMALS: usize = 18;
const DAY_SECS: u64 = 86_400;

/// What tells a series from others.
#[derive(Clone, Copy, Debug)]
pub struct Terms<'a> {
    /// The underlying's symbol, letters and digits only.
    pub underlying: &'a [u8],
    /// The strike, times 1e18.
    pub strike_wad: u128,
    /// When it expires, in unix seconds.
    pub expiry: u64,
    /// Whether it is a put.
    pub is_put: bool,
}

/// A series' metadata: `data:application/json;base64,..` of name, decimals and terms. Three decimals make lots contracts.
pub fn metadata_uri(terms: Terms<'_>) -> Vec<u8> {
    let kind: &[u8] = if terms.is_put { b"put" } else { b"call" };
    let mut strike = Vec::new();
    write_wad(&mut strike, terms.strike_wad);

    let mut json = Vec::new();
    for part in [&b"{\"name\":\""[..], terms.underlying, b" ", &strike, b" ", kind, b" "] {
        json.extend_from_slice(part);
    }
    write_date(&mut json, terms.expiry);
    for part in [
        &b"\",\"decimals\":3,\"properties\":{\"underlying\":\""[..],
        terms.underlying,
        b"\",\"strike\":\"",
        &strike,
        b"\",\"type\":\"",
        kind,
        b"\",\"expiry\":",
    ] {
        json.extend_from_slice(part);
    }
    write_digits(&mut json, u128::from(terms.expiry), 1);
    json.extend_from_slice(b"}}");
    let mut uri = b"data:application/json;base64,".to_vec();
    write_base64(&mut uri, &json);
    uri
}

/// Decimal digits, at least `least` of them.
#[inline(never)]
fn write_digits(out: &mut Vec<u8>, mut number: u128, least: usize) {
    let start = out.len();
    let mut count = 0usize;
    while number != 0 || count < least {
        out.push(b'0'.wrapping_add(u8::try_from(number % 10).unwrap_or(0)));
        number /= 10;
        count = count.saturating_add(1);
    }
    if let Some(digits) = out.get_mut(start..) {
        digits.reverse();
    }
}

/// A number of 18 decimals, without the zeros at its end.
fn write_wad(out: &mut Vec<u8>, wad: u128) {
    let (whole, mut part) = (wad / WAD, wad % WAD);
    write_digits(out, whole, 1);
    if part == 0 {
        return;
    }
    out.push(b'.');
    let mut places = WAD_DECIMALS;
    while part % 10 == 0 {
        part /= 10;
        places = places.saturating_sub(1);
    }
    write_digits(out, part, places);
}

/// The day of a moment, `YYYY-MM-DD` in UTC.
/// # Source: Hinnant, chrono-compatible low-level date algorithms, `civil_from_days`
fn write_date(out: &mut Vec<u8>, at: u64) {
    // Days since 0000-03-01, from when on leap days are the last of their years. Dates past the year 9999 do not occur.
    let days = (at / DAY_SECS).min(2_932_896).wrapping_add(719_468);
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let leaps = (day_of_era / 1_460).wrapping_sub(day_of_era / 36_524).wrapping_add(day_of_era / 146_096);
    let year_of_era = day_of_era.wrapping_sub(leaps) / 365;
    let before = year_of_era.wrapping_mul(365).wrapping_add(year_of_era / 4).wrapping_sub(year_of_era / 100);
    let day_of_year = day_of_era.wrapping_sub(before);
    let month_from_march = day_of_year.wrapping_mul(5).wrapping_add(2) / 153;
    let day = day_of_year.wrapping_sub(month_from_march.wrapping_mul(153).wrapping_add(2) / 5).wrapping_add(1);
    let is_next_year = month_from_march >= 10;
    let month = month_from_march.wrapping_add(if is_next_year { 0 } else { 12 }).wrapping_sub(9);
    let year = era.wrapping_mul(400).wrapping_add(year_of_era).wrapping_add(u64::from(is_next_year));
    write_digits(out, u128::from(year), 4);
    for part in [month, day] {
        out.push(b'-');
        write_digits(out, u128::from(part), 2);
    }
}

/// # Source: RFC 4648, section 4
fn write_base64(out: &mut Vec<u8>, bytes: &[u8]) {
    for chunk in bytes.chunks(3) {
        let [a, b, c] = [0, 1, 2].map(|place| u32::from(chunk.get(place).copied().unwrap_or(0)));
        let group = a << 16 | b << 8 | c;
        for (place, shift) in [18, 12, 6, 0].into_iter().enumerate() {
            let digit = digit64(group >> shift & 63);
            out.push(if place <= chunk.len() { digit } else { b'=' });
        }
    }
}

/// A digit of base 64, computed: a table would be read into memory by every call of the program.
fn digit64(value: u32) -> u8 {
    let value = u8::try_from(value).unwrap_or(63);
    match value {
        0..=25 => b'A'.wrapping_add(value),
        26..=51 => b'a'.wrapping_sub(26).wrapping_add(value),
        52..=61 => value.wrapping_sub(52).wrapping_add(b'0'),
        62 => b'+',
        _ => b'/',
    }
}

#[cfg(test)]
mod tests;
