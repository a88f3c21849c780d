//! The worked trade of the README: one trade with each of its numbers, the same on every machine.

use alloy_primitives::{I256, U256};
use equipoise_interfaces::{account::VAULT, OptionTraded};
use equipoise_tests::TOKEN;

use crate::fixture::{call_of, leg, narrow, Market, CONTRACT, K3200};

const BEGIN: &str = "<!-- worked-trade:begin -->";
const END: &str = "<!-- worked-trade:end -->";

/// A number of `decimals` decimals, with all of them or the first few.
fn decimal(number: i128, decimals: u32, shown: u32) -> String {
    let unit = 10_i128.pow(decimals);
    let sign = if number < 0 { "-" } else { "" };
    let whole = number.abs() / unit;
    let fraction = number.abs() % unit / 10_i128.pow(decimals - shown);
    let grouped: Vec<String> = whole.to_string().as_bytes().rchunks(3).rev().map(text).collect();
    format!("{sign}{}.{fraction:0width$}", grouped.join(","), width = shown as usize)
}

fn text(digits: &[u8]) -> String {
    String::from_utf8(digits.to_vec()).unwrap()
}

fn dollars(atoms: I256) -> String {
    decimal(narrow(atoms), 6, 6)
}

fn wad(number: I256) -> String {
    decimal(narrow(number), 18, 6)
}

fn block(told: &OptionTraded, before: I256, vol: f64, days: f64) -> String {
    let quoted = &told.quoted;
    let positive = |atoms: U256| dollars(I256::from_raw(atoms));
    let rows = [
        ("spot", wad(I256::from_raw(quoted.spotWad)), "USD per ETH"),
        ("strike", "3,200.000000".to_owned(), "USD per ETH"),
        ("volatility at the strike", format!("{vol:.6}"), "per square root of a year"),
        ("time to expiry", format!("{days:.6}"), "days of 86,400 s"),
        ("size", "10.000".to_owned(), "contracts of 1 ETH, bought"),
        ("mid", dollars(quoted.midAtoms), "USD"),
        ("skew", dollars(quoted.skewAtoms), "USD, R after less R before"),
        ("half spread", positive(quoted.spreadAtoms), "USD"),
        ("fee", positive(quoted.feeAtoms), "USD"),
        ("cost", dollars(quoted.costAtoms), "USD, the sum"),
        ("vault's dollar delta before", wad(before), "USD"),
        ("vault's dollar delta after", wad(told.dollarDeltaWad), "USD"),
        ("skew reserve after", positive(told.skewReserveAtoms), "USD"),
    ];
    let mut lines = vec!["| | | unit |".to_owned(), "|---|--:|---|".to_owned()];
    lines.extend(rows.iter().map(|(name, value, unit)| format!("| {name} | {value} | {unit} |")));
    lines.join("\n")
}

/// What the README has between its markers, if it has them.
fn documented() -> Option<String> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    let readme = std::fs::read_to_string(path).unwrap();
    let (_, rest) = readme.split_once(BEGIN)?;
    let (inside, _) = rest.split_once(END)?;
    Some(inside.trim().to_owned())
}

#[test]
fn worked_trade_is_as_the_readme_has_it() {
    let mut market = Market::open();
    let trader = market.trader("trader", 100_000 * TOKEN);
    let before = market.book().dollarDeltaWad;
    let legs = [leg(call_of(3, K3200), 10 * CONTRACT)];
    let (board, expiry) = market.boards[2];
    let told = market.trade(trader, &legs).unwrap();

    // The smile by its formula, in floating point: k = ln(K / F).
    let micros: u64 = (market.slices()[2].forwardWad / U256::from(CONTRACT / 1_000_000)).to();
    let forward = micros as f64 / 1e6;
    assert!(forward > 3_000.0, "{forward}");
    let moneyness = (3_200.0 / forward).ln();
    let variance = 0.34 + 0.1 * (-0.3 * moneyness + moneyness.hypot(0.2));
    let days = (expiry - market.now()) as f64 / 86_400.0;
    assert_eq!(board, 3);
    let quoted = &told.quoted;
    let parts =
        [quoted.midAtoms, quoted.skewAtoms, I256::from_raw(quoted.spreadAtoms), I256::from_raw(quoted.feeAtoms)];
    assert_eq!(parts.map(narrow), [1_304_164_558, 7_086_815, 20_613_862, 9_000_000]);
    assert_eq!(narrow(quoted.costAtoms), 1_340_865_235);
    assert_eq!((wad(before).as_str(), wad(told.dollarDeltaWad).as_str()), ("0.000000", "-11,979.143512"));
    let text = block(&told, before, variance.sqrt(), days);
    println!("{BEGIN}\n{text}\n{END}");

    assert_eq!(market.positions(VAULT, 3)[2 * usize::from(K3200)], -10 * CONTRACT);
    if let Some(documented) = documented() {
        assert_eq!(documented, text, "README.md: replace the block between the markers by what this test prints");
    }
}
