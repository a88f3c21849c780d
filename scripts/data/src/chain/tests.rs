use std::io::Write;
use std::path::Path;

use flate2::{write::GzEncoder, Compression};
use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::error::CellProblem;

const HEADER: &str = "timestamp,instrument_name,underlying,option_type,strike,expiry_datetime,\
bid_price,ask_price,mark_price,implied_volatility,open_interest,currency,index_price\n";
const ROWS: [&str; 4] = [
    "2026-01-05T08:00:00Z,ETH-A,3010,call,3000,2026-01-30T08:00:00Z,0.05,0.052,0.051,0.6,10,ETH,3000",
    "2026-01-05T08:00:00Z,ETH-B,3012,put,3000,2026-01-30T08:00:00Z,,0.048,0.0477,0.61,,ETH,3001",
    "2026-01-05T08:00:00Z,ETH-C,3001,call,3100,2026-01-09T08:00:00Z,0,0.01,0.009,0.55,3,ETH,3000",
    "2026-01-05T08:00:00Z,BTC-A,90000,call,90000,2026-01-30T08:00:00Z,0.05,0.052,0.05,0.4,1,BTC,89000",
];

fn file(rows: &[&str]) -> String {
    format!("{HEADER}{}\n", rows.join("\n"))
}

fn parse(text: &str) -> Result<Vec<Chain>, DataError> {
    parse_chains(text.as_bytes(), "c.csv", &ChainOptions::default())
}

fn parse_currency(text: &str, currency: &str) -> Result<Vec<Chain>, DataError> {
    let options = ChainOptions { currency: Some(currency.into()), ..ChainOptions::default() };
    parse_chains(text.as_bytes(), "c.csv", &options)
}

/// The first row with one cell replaced.
fn with(column: &str, value: &str) -> String {
    let index = HEADER.trim().split(',').position(|name| name == column).unwrap();
    let mut cells: Vec<&str> = ROWS[0].split(',').collect();
    cells[index] = value;
    format!("{HEADER}{}\n", cells.join(","))
}

fn refusal(text: &str) -> DataError {
    parse(text).unwrap_err()
}

#[test]
fn chain_is_read_by_currency_and_sorted() {
    let chains = parse(&file(&ROWS)).unwrap();
    let [chain] = &chains[..] else { panic!("{} chains", chains.len()) };
    assert_eq!((chain.currency.as_str(), chain.spot), ("ETH", 3000.0));
    let expiries: Vec<i64> = chain.expiries.iter().map(|each| each.expiry.as_second()).collect();
    assert!(expiries.is_sorted());
    let second = &chain.expiries[1];
    assert_eq!(second.forward, 3011.0);
    assert_eq!(second.strikes(), [3000.0]);
    let put = second.quote(3000.0, true).unwrap();
    assert_eq!((put.bid, put.ask, put.mark_iv), (None, Some(0.048), Some(0.61)));
    assert_eq!((put.open_interest, put.forward), (0.0, 3012.0));
    assert_eq!(chain.expiries[0].quotes[0].bid, None);
    assert_eq!(parse_currency(&file(&ROWS), "btc").unwrap()[0].spot, 89000.0);
}

#[test]
fn only_the_required_columns_are_required() {
    let text = "index_price,FORWARD,option_type,strike,expiry,bid_price,ask_price,\
implied_volatility,instrument_name,timestamp\n\
3000,3010,P,3000,2026-01-30,0.05,0.052,0.6,ETH-30JAN26-3000-P,1767600000\n";
    let chain = &parse(text).unwrap()[0];
    let quote = chain.expiries[0].quotes[0];
    assert!(quote.is_put && quote.mark.is_none());
    assert_eq!((chain.currency.as_str(), quote.open_interest), ("ETH", 0.0));
    for column in ["timestamp", "strike", "option_type", "bid_price", "ask_price", "index_price"] {
        let renamed = file(&ROWS).replacen(column, "other", 1);
        let Err(DataError::MissingColumn { wanted, found, .. }) = parse(&renamed) else {
            panic!("accepted without {column}");
        };
        assert!(wanted.contains(column) && found.contains("other"), "{wanted} / {found}");
    }
}

#[test]
fn missing_forward_follows_from_parity() {
    let rows: Vec<String> = ROWS.iter().map(|row| row.replace(",3010,", ",,")).collect();
    let rows: Vec<String> = rows.iter().map(|row| row.replace(",3012,", ",,")).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let chain = &parse(&file(&rows)).unwrap()[0];
    let expected = 3000.0 / (1.0 - (0.051 - 0.0477));
    assert!((chain.expiries[1].forward - expected).abs() < 1e-9);
    assert_eq!(chain.expiries[1].quotes[0].forward, chain.expiries[1].forward);
    let alone = refusal(&file(&rows[..1]));
    assert!(matches!(alone, DataError::NoForward { line: 2, .. }), "{alone}");
}

#[test]
fn gzip_is_known_by_its_bytes_and_damage_is_named() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(file(&ROWS).as_bytes()).unwrap();
    let packed = encoder.finish().unwrap();
    let read = parse_chains(&packed[..], "plain-name.csv", &ChainOptions::default()).unwrap();
    assert_eq!(read[0].expiries, parse(&file(&ROWS)).unwrap()[0].expiries);
    for cut in [3, 12, packed.len() / 2, packed.len() - 1] {
        let error = parse_chains(&packed[..cut], "c.csv", &ChainOptions::default()).unwrap_err();
        assert!(matches!(error, DataError::DamagedGzip { .. }), "{cut}: {error}");
        assert!(error.to_string().contains("fetch the file again"), "{error}");
    }
}

#[test]
fn missing_file_is_named() {
    let path = Path::new("no/such/chain.csv");
    let error = read_chain(path, &ChainOptions::default()).unwrap_err().to_string();
    assert!(error.starts_with("no/such/chain.csv: cannot be read"), "{error}");
    assert!(error.contains("check the path"), "{error}");
}

#[test]
fn senseless_cells_are_refused_by_name() {
    use CellProblem::{Blank, Negative, NotANumber, NotATime, NotAnOptionType, NotFinite, Zero};
    for (column, value, expected) in [
        ("strike", "0", Zero),
        ("strike", "-5", Negative),
        ("strike", "", Blank),
        ("strike", "3k", NotANumber),
        ("underlying", "0", Zero),
        ("underlying", "NaN", NotFinite),
        ("index_price", "inf", NotFinite),
        ("bid_price", "-0.1", Negative),
        ("ask_price", "1e999", NotFinite),
        ("implied_volatility", "-0.6", Negative),
        ("open_interest", "-1", Negative),
        ("option_type", "straddle", NotAnOptionType),
        ("timestamp", "yesterday", NotATime),
        ("expiry_datetime", "30JAN26", NotATime),
    ] {
        let Err(DataError::BadCell { line: 2, column: named, value: text, problem, .. }) = parse(&with(column, value))
        else {
            panic!("{column} = {value} accepted");
        };
        assert_eq!((named.as_str(), text.as_str(), problem), (column, value, expected));
    }
    let percent = refusal(&with("implied_volatility", "61.2"));
    let DataError::BadCell { problem: CellProblem::OutOfRange { .. }, .. } = percent else {
        panic!("{percent}");
    };
    assert!(percent.to_string().contains("0.65 is 65 %"), "{percent}");
}

#[test]
fn senseless_rows_are_refused() {
    let crossed = refusal(&with("bid_price", "0.06"));
    assert!(matches!(crossed, DataError::CrossedQuote { line: 2, .. }), "{crossed}");
    assert!(crossed.to_string().contains("bid 0.06 is above ask 0.052"), "{crossed}");
    for expiry in ["2026-01-05T08:00:00Z", "2025-12-26T08:00:00Z"] {
        let expired = refusal(&with("expiry_datetime", expiry));
        assert!(matches!(expired, DataError::Expired { line: 2, .. }), "{expired}");
    }
    let twice = refusal(&file(&[ROWS[0], ROWS[1], ROWS[0]]));
    assert!(matches!(twice, DataError::DuplicateQuote { line: 4, first: 2, .. }), "{twice}");
    let cut = refusal(&file(&ROWS)[..file(&ROWS).len() - 30]);
    assert!(matches!(cut, DataError::Malformed { line: 5, .. }), "{cut}");
    let binary = parse_chains(&b"timestamp,strike\n\xff\xfe,1\n"[..], "c.csv", &ChainOptions::default());
    assert!(matches!(binary, Err(DataError::Malformed { .. })));
}

#[test]
fn currency_must_be_in_the_file() {
    let error = parse_currency(&file(&ROWS), "SOL").unwrap_err().to_string();
    assert!(error.contains("`SOL`") && error.contains("BTC, ETH"), "{error}");
    let two = file(&[ROWS[3], &ROWS[3].replace("BTC", "SOL")]);
    assert!(matches!(parse(&two), Err(DataError::Currency { .. })));
    assert_eq!(parse(&file(&ROWS[3..])).unwrap()[0].currency, "BTC");
}

#[test]
fn snapshots_are_chosen_by_time() {
    let later = ROWS[0].replace("2026-01-05T08", "2026-01-06T08");
    let path = std::env::temp_dir().join(format!("equipoise-snapshots-{}.csv", std::process::id()));
    std::fs::write(&path, file(&[&later, ROWS[0]])).unwrap();
    let read = |snapshot| {
        let options = ChainOptions { snapshot, ..ChainOptions::default() };
        read_chain(&path, &options).map(|chain| chain.observed_at.to_string())
    };
    let at = |text: &str| Snapshot::At(text.parse::<Timestamp>().unwrap());
    let (early, late) = ("2026-01-05T08:00:00Z", "2026-01-06T08:00:00Z");
    assert_eq!(read(Snapshot::First).unwrap(), early);
    assert_eq!(read(Snapshot::Last).unwrap(), late);
    assert_eq!(read(at("2026-01-06T07:59:59Z")).unwrap(), early);
    assert_eq!(read(at("2027-01-01T00:00:00Z")).unwrap(), late);
    let error = read(at("2026-01-01T00:00:00Z")).unwrap_err();
    std::fs::remove_file(&path).unwrap();
    assert!(matches!(error, DataError::NoSnapshot { count: 2, .. }), "{error}");
}

#[test]
fn thin_chains_are_refused_where_more_is_needed() {
    let chain = &parse(&file(&ROWS)).unwrap()[0];
    assert!(chain.require(2, 1).is_ok());
    let error = chain.require(2, 2).unwrap_err().to_string();
    assert!(error.contains("only 0 expiries have 2 strikes or more, 2 are needed"), "{error}");
    assert!(chain.require(3, 1).is_err());
}

fn any_price() -> impl Strategy<Value = f64> {
    prop_oneof![1e-9..1e-3_f64, 1e-3..10.0_f64]
}

prop_compose! {
    fn any_quote()(
        strike in 1e-3..1e7_f64,
        is_put in any::<bool>(),
        forward in 1e-3..1e7_f64,
        bid in any_price(),
        width in 1.0..3.0_f64,
        sides in 0..4_u8,
        mark in proptest::option::of(any_price()),
        mark_iv in proptest::option::of(0.01..10.0_f64),
        open_interest in 0.0..1e9_f64,
    ) -> Quote {
        Quote {
            strike,
            is_put,
            forward,
            bid: (sides & 1 == 1).then_some(bid),
            ask: (sides & 2 == 2).then_some(bid * width),
            mark,
            mark_iv,
            open_interest,
        }
    }
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = parse_chains(&bytes[..], "c.csv", &ChainOptions::default());
    }

    #[test]
    fn no_damage_makes_the_reader_panic(
        at in 0_usize..700, byte in any::<u8>(), cut in 0_usize..700, packed in any::<bool>()
    ) {
        let mut bytes = file(&ROWS).into_bytes();
        if packed {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(&bytes).unwrap();
            bytes = encoder.finish().unwrap();
        }
        if let Some(place) = bytes.get_mut(at) {
            *place = byte;
        }
        bytes.truncate(bytes.len().saturating_sub(cut));
        let _ = parse_chains(&bytes[..], "c.csv", &ChainOptions::default());
    }

    #[test]
    fn chains_read_back_to_the_last_bit(
        quotes in proptest::collection::vec(any_quote(), 1..30), spot in 1e-3..1e7_f64
    ) {
        let mut quotes = quotes;
        quotes.sort_by(|x, y| x.strike.total_cmp(&y.strike).then(x.is_put.cmp(&y.is_put)));
        quotes.dedup_by(|x, y| x.strike == y.strike && x.is_put == y.is_put);
        let forward = median(quotes.iter().map(|quote| quote.forward).collect()).unwrap();
        let expiry = Timestamp::from_second(1_800_000_000).unwrap();
        let chain = Chain {
            source: "c.csv".into(),
            currency: "ETH".into(),
            observed_at: Timestamp::from_millisecond(1_767_600_000_123).unwrap(),
            spot,
            expiries: vec![ExpiryQuotes { expiry, forward, quotes }],
        };
        let mut text = Vec::new();
        write_chain(&chain, &mut text).unwrap();
        let read = parse_chains(&text[..], "c.csv", &ChainOptions::default()).unwrap();
        prop_assert_eq!(read, [chain]);
    }
}
