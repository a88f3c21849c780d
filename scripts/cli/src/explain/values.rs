//! Values in units that a person reads. The unit is in a parameter's name, as `equipoise_interfaces` says.

use alloy_dyn_abi::DynSolValue;
use alloy_json_abi::Param;
use alloy_primitives::{hex, Address, B256, U256};
use equipoise_data::Timestamp;
use equipoise_interfaces::{account, series::Series};

/// Decimals of the stablecoin.
const TOKEN_DECIMALS: usize = 6;
const WAD_DECIMALS: usize = 18;
const MILLIONTH_DECIMALS: usize = 6;
/// Decimals that a binary fraction is shown with.
const X64_DECIMALS: usize = 9;
/// More elements and bytes than these are only counted.
const SHOWN_ELEMENTS: usize = 8;
const SHOWN_BYTES: usize = 36;
/// The end of the year 9999: what is later is no time, but a number that stands for ever.
const LAST_TIME: u64 = 253_402_300_799;
/// Names that 32 bytes have where they are an account.
const ACCOUNTS: [&str; 5] = ["account", "from", "to", "counter", "bidder"];
/// Names of times that do not end in `At`.
const TIMES: [&str; 5] = ["expiry", "deadline", "until", "validUntil", "since"];

/// A listed expiry: when, and its strikes in WAD.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Unix seconds.
    pub expiry: u64,
    /// From the lowest.
    pub strikes_wad: Vec<U256>,
}

/// What words there are for addresses and series.
pub trait Words {
    /// An address's name, if it has one.
    fn name(&self, address: Address) -> Option<String>;
    /// A board of the market in whose storage it is spoken of.
    fn board(&self, market: Address, board: u16) -> Option<Listed>;
}

/// Shows a value for people.
pub fn show(words: &dyn Words, acting: Address, param: &Param, value: &DynSolValue) -> String {
    let each = |item: &DynSolValue| show(words, acting, param, item);
    match value {
        DynSolValue::Array(items) | DynSolValue::FixedArray(items) => list(items, each),
        DynSolValue::Tuple(fields) => {
            let field = |(param, value): (&Param, &DynSolValue)| named(words, acting, param, value);
            let fields: Vec<_> = param.components.iter().zip(fields).map(field).collect();
            format!("({})", fields.join(", "))
        }
        DynSolValue::Uint(number, _) if param.name == "series" => show_series(words, acting, *number),
        DynSolValue::Uint(number, _) => show_number(&param.name, false, *number),
        DynSolValue::Int(number, _) => show_number(&param.name, number.is_negative(), number.unsigned_abs()),
        DynSolValue::Address(address) => show_address(words, *address),
        DynSolValue::FixedBytes(word, 32) if ACCOUNTS.contains(&param.name.as_str()) => show_account(words, *word),
        other => plain(other),
    }
}

/// A value with its name before it.
pub fn named(words: &dyn Words, acting: Address, param: &Param, value: &DynSolValue) -> String {
    let shown = show(words, acting, param, value);
    if param.name.is_empty() {
        shown
    } else {
        format!("{}: {shown}", param.name)
    }
}

/// A value as the ABI has it, in full.
pub fn raw(value: &DynSolValue) -> String {
    match value {
        DynSolValue::Array(items) | DynSolValue::FixedArray(items) => {
            format!("[{}]", items.iter().map(raw).collect::<Vec<_>>().join(", "))
        }
        DynSolValue::Tuple(fields) => format!("({})", fields.iter().map(raw).collect::<Vec<_>>().join(", ")),
        DynSolValue::Bytes(bytes) => hex::encode_prefixed(bytes),
        other => plain(other),
    }
}

fn list(items: &[DynSolValue], each: impl Fn(&DynSolValue) -> String) -> String {
    let mut shown: Vec<_> = items.iter().take(SHOWN_ELEMENTS).map(each).collect();
    if items.len() > SHOWN_ELEMENTS {
        shown.push(format!("… {} in all", items.len()));
    }
    format!("[{}]", shown.join(", "))
}

fn plain(value: &DynSolValue) -> String {
    match value {
        DynSolValue::Bool(is_true) => is_true.to_string(),
        DynSolValue::Int(number, _) => number.to_string(),
        DynSolValue::Uint(number, _) => number.to_string(),
        DynSolValue::FixedBytes(word, size) => hex::encode_prefixed(word.get(..*size).unwrap_or_default()),
        DynSolValue::Address(address) => address.to_string(),
        DynSolValue::Function(function) => hex::encode_prefixed(function),
        DynSolValue::Bytes(bytes) => short_bytes(bytes),
        DynSolValue::String(text) => format!("{text:?}"),
        other => format!("{other:?}"),
    }
}

/// Bytes, only counted if they are many.
pub fn short_bytes(bytes: &[u8]) -> String {
    match bytes.get(..SHOWN_BYTES) {
        Some(start) if bytes.len() > SHOWN_BYTES => format!("{}… {} bytes", hex::encode_prefixed(start), bytes.len()),
        _ => hex::encode_prefixed(bytes),
    }
}

/// An address's name, or itself.
pub fn show_address(words: &dyn Words, address: Address) -> String {
    words.name(address).unwrap_or_else(|| address.to_string())
}

fn show_account(words: &dyn Words, id: B256) -> String {
    let owner = account::owner(id);
    if owner.is_zero() {
        return show_own_account(id);
    }
    let number = U256::from_be_slice(id.get(20..).unwrap_or_default());
    let shown = show_address(words, owner);
    if number.is_zero() {
        shown
    } else {
        format!("{shown} account {number}")
    }
}

/// One of the ledger's own accounts.
fn show_own_account(id: B256) -> String {
    let market = id.get(30).copied().unwrap_or_default();
    let own = [
        (account::vault_of(market), "vault"),
        (account::settlement_of(market), "settlement"),
        (account::LP_PENDING, "LPs' pending deposits"),
        (account::LP_CLAIMS, "LPs' claims"),
        (account::INSURANCE, "insurance"),
    ];
    match own.into_iter().find(|(each, _)| *each == id) {
        Some((_, name)) if market > 0 => format!("{name} of market {market}"),
        Some((_, name)) => name.to_owned(),
        None => id.to_string(),
    }
}

fn show_series(words: &dyn Words, acting: Address, number: U256) -> String {
    let Some(series) = u32::try_from(number).ok().and_then(Series::from_id) else {
        return number.to_string();
    };
    let kind = if series.is_put { "put" } else { "call" };
    let listed = words.board(acting, series.board);
    let strike = listed.as_ref().and_then(|board| board.strikes_wad.get(usize::from(series.strike)));
    match (&listed, strike) {
        (Some(board), Some(strike)) => {
            format!("{}-{}-{kind}", date(board.expiry), decimal(*strike, WAD_DECIMALS).replace(',', ""))
        }
        _ => format!("{number} (board {}, strike {}, {kind})", series.board, series.strike),
    }
}

fn show_number(name: &str, is_negative: bool, magnitude: U256) -> String {
    let sign = if is_negative { "-" } else { "" };
    if magnitude >= U256::MAX >> 1 {
        return format!("{sign}max");
    }
    let scaled = |decimals| format!("{sign}{}", decimal(magnitude, decimals));
    if name.ends_with("Wad") {
        scaled(WAD_DECIMALS)
    } else if name.ends_with("Atoms") {
        format!("{} tokens", scaled(TOKEN_DECIMALS))
    } else if name.ends_with("X64") {
        let digits = magnitude.saturating_mul(U256::from(10).pow(U256::from(X64_DECIMALS))) >> 64;
        format!("{sign}{}", decimal(digits, X64_DECIMALS))
    } else if name.to_lowercase().ends_with("millionths") {
        scaled(MILLIONTH_DECIMALS)
    } else if name.ends_with("Secs") {
        format!("{magnitude} s")
    } else if name.ends_with("At") || TIMES.contains(&name) {
        show_time(magnitude)
    } else {
        format!("{sign}{magnitude}")
    }
}

fn show_time(secs: U256) -> String {
    let time = u64::try_from(secs).ok().filter(|secs| (1..=LAST_TIME).contains(secs)).and_then(timestamp);
    time.map_or_else(|| secs.to_string(), |time| time.to_string())
}

fn timestamp(secs: u64) -> Option<Timestamp> {
    Timestamp::from_second(i64::try_from(secs).ok()?).ok()
}

fn date(secs: u64) -> String {
    let text = timestamp(secs).map_or_else(|| secs.to_string(), |time| time.to_string());
    text.split('T').next().unwrap_or_default().to_owned()
}

/// A scaled number as a decimal, its thousands apart, without closing zeros.
fn decimal(scaled: U256, decimals: usize) -> String {
    let digits = format!("{scaled:0>width$}", width = decimals + 1);
    let (whole, fraction) = digits.split_at(digits.len() - decimals);
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{}{point}{fraction}", thousands(whole))
}

/// Digits with their thousands apart.
fn thousands(digits: &str) -> String {
    let mut apart = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            apart.push(',');
        }
        apart.push(digit);
    }
    apart
}

#[cfg(test)]
mod tests {
    use alloy_primitives::I256;

    use super::*;

    struct One;

    impl Words for One {
        fn name(&self, address: Address) -> Option<String> {
            (address == Address::repeat_byte(1)).then(|| "market".to_owned())
        }

        fn board(&self, _: Address, board: u16) -> Option<Listed> {
            let strikes_wad = vec![U256::from(3_000) * U256::from(10).pow(U256::from(18))];
            (board == 1).then_some(Listed { expiry: 1_767_859_200, strikes_wad })
        }
    }

    #[allow(clippy::needless_pass_by_value, reason = "values are made where they are shown")]
    fn shown(ty: &str, name: &str, value: DynSolValue) -> String {
        let param = Param { ty: ty.to_owned(), name: name.to_owned(), components: Vec::new(), internal_type: None };
        show(&One, Address::ZERO, &param, &value)
    }

    #[test]
    fn numbers_are_shown_in_the_units_of_their_names() {
        let uint = |number: u128| DynSolValue::Uint(U256::from(number), 256);
        let wad = |number: i128| DynSolValue::Int(I256::try_from(number).unwrap(), 256);
        assert_eq!(shown("int256", "sizeWad", wad(-1_500_000_000_000_000_000)), "-1.5");
        assert_eq!(shown("uint256", "spotWad", uint(3_000_250_000_000_000_000_000)), "3,000.25");
        assert_eq!(shown("uint256", "costAtoms", uint(1_356_436_126)), "1,356.436126 tokens");
        assert_eq!(shown("int256", "maxCostAtoms", DynSolValue::Int(I256::MAX, 256)), "max");
        assert_eq!(shown("int128", "shareX64", uint(1 << 63)), "0.5");
        assert_eq!(shown("uint64", "maxAgeSecs", uint(3_600)), "3600 s");
        assert_eq!(shown("uint64", "deadline", uint(1_767_859_200)), "2026-01-08T08:00:00Z");
        assert_eq!(shown("uint64", "deadline", uint(u128::from(u64::MAX))), u64::MAX.to_string());
        assert_eq!(shown("uint8", "strike", uint(3)), "3");
    }

    #[test]
    fn series_are_shown_as_date_strike_and_kind() {
        let series = |series: Series| DynSolValue::Uint(U256::from(series.id()), 32);
        let call = Series { board: 1, strike: 0, is_put: false };
        assert_eq!(shown("uint32", "series", series(call)), "2026-01-08-3000-call");
        let unlisted = Series { board: 2, strike: 3, is_put: true };
        assert_eq!(shown("uint32", "series", series(unlisted)), "519 (board 2, strike 3, put)");
    }

    #[test]
    fn accounts_and_addresses_are_shown_by_name() {
        let word = |id: B256| DynSolValue::FixedBytes(id, 32);
        assert_eq!(shown("bytes32", "account", word(account::of(Address::repeat_byte(1)))), "market");
        assert_eq!(shown("bytes32", "account", word(account::sub(Address::repeat_byte(1), 2))), "market account 2");
        assert_eq!(shown("bytes32", "to", word(account::INSURANCE)), "insurance");
        assert_eq!(shown("bytes32", "from", word(account::vault_of(1))), "vault of market 1");
        assert_eq!(shown("bytes32", "digest", word(B256::ZERO)), B256::ZERO.to_string());
    }
}
