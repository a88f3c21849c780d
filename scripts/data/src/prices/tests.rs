use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::chain::Chain;
use crate::error::CellProblem;

const INDEX: &str = "timestamp,eth_index,btc_index\n\
2025-12-30T17:31:15Z,2978.25,88530.23\n2025-12-30T21:17:51Z,2961.77,88064.14\n";
const CANDLES: &str = "timestamp,open,high,low,close,volume\n\
2022-01-01 00:00:00,3676.22,3730.0,3670.22,3723.04,9023.374\n\
2022-01-01 01:00:00,3723.04,3748.45,3714.1,3724.89,8997.7569\n";

fn parse(text: &str) -> Result<PriceHistory, DataError> {
    parse_prices(text.as_bytes(), "p.csv", "ETH")
}

fn refusal(text: &str) -> String {
    parse(text).unwrap_err().to_string()
}

#[test]
fn index_file_gives_the_currency_asked_for() {
    let eth = parse(INDEX).unwrap();
    assert_eq!(eth.points.len(), 2);
    let point = eth.points[0];
    assert_eq!(point.time, "2025-12-30T17:31:15Z".parse().unwrap());
    let prices = [point.open, point.high, point.low, point.close];
    assert_eq!(prices, [2978.25; 4]);
    let btc = parse_prices(INDEX.as_bytes(), "p.csv", "btc").unwrap();
    assert_eq!(btc.points[1].close, 88064.14);
    let missing = parse_prices(INDEX.as_bytes(), "p.csv", "SOL").unwrap_err().to_string();
    assert!(missing.contains("no column `sol_index`"), "{missing}");
}

#[test]
fn candle_file_is_recognised_in_any_column_order() {
    let plain = parse(CANDLES).unwrap();
    let point = plain.points[1];
    assert_eq!([point.open, point.high, point.low, point.close], [3723.04, 3748.45, 3714.1, 3724.89]);
    let shuffled = "Close,extra,LOW,open,High,open_time\n\
3723.04,x,3670.22,3676.22,3730.0,2022-01-01T00:00:00Z\n\
3724.89,y,3714.1,3723.04,3748.45,1640998800\n";
    assert_eq!(parse(shuffled).unwrap().points, plain.points);
}

#[test]
fn unsorted_and_repeated_times_are_refused() {
    let swapped = "timestamp,eth_index\n2026-01-02,1\n2026-01-03,1\n2026-01-01,1\n";
    let Err(DataError::UnsortedTime { line: 4, .. }) = parse(swapped) else {
        panic!("accepted");
    };
    let text = refusal("timestamp,eth_index\n2026-01-02,1\n2026-01-02,1\n");
    assert!(text.contains("line 3") && text.contains("2026-01-02T00:00:00Z"), "{text}");
    assert!(text.contains("sort the rows"), "{text}");
}

#[test]
fn senseless_prices_are_refused() {
    for (cell, expected) in [
        ("0", CellProblem::Zero),
        ("-1", CellProblem::Negative),
        ("nan", CellProblem::NotFinite),
        ("inf", CellProblem::NotFinite),
        ("1,234.5", CellProblem::NotANumber),
        ("abc", CellProblem::NotANumber),
        ("", CellProblem::Blank),
    ] {
        let text = format!("timestamp,eth_index\n2026-01-01,100\n2026-01-02,\"{cell}\"\n");
        let Err(DataError::BadCell { line, column, value, problem, .. }) = parse(&text) else {
            panic!("{cell} accepted");
        };
        assert_eq!((line, column.as_str(), value.as_str()), (3, "eth_index", cell));
        assert_eq!(problem, expected);
    }
    let text = "timestamp,open,high,low,close\n2026-01-01,10,11,9,12\n";
    assert!(matches!(parse(text), Err(DataError::BrokenCandle { line: 2, .. })));
}

#[test]
fn missing_parts_are_named() {
    let text = refusal("timestamp,open,high,low\n2026-01-01,1,1,1\n");
    assert!(text.contains("no column `close`") && text.contains("timestamp, open"), "{text}");
    let text = refusal("when,eth_index\n2026-01-01,1\n");
    assert!(text.contains("`timestamp` or `open_time`"), "{text}");
    assert!(matches!(parse("timestamp,eth_index\n"), Err(DataError::Empty { .. })));
    assert!(matches!(parse(""), Err(DataError::Empty { .. })));
    let cut = "timestamp,eth_index\n2026-01-01,1\n2026-01-0";
    assert!(matches!(parse(cut), Err(DataError::Malformed { line: 3, .. })));
    let twice = "timestamp,eth_index,eth_index\n2026-01-01,1,2\n";
    assert!(matches!(parse(twice), Err(DataError::RepeatedColumn { .. })));
}

#[test]
fn lookups_find_the_point_in_force() {
    let history = parse(CANDLES).unwrap();
    let at = |text: &str| history.at(text.parse().unwrap()).map(|point| point.open);
    assert_eq!(at("2021-12-31T23:59:59Z"), None);
    assert_eq!(at("2022-01-01T00:00:00Z"), Some(3676.22));
    assert_eq!(at("2022-01-01T00:59:59Z"), Some(3676.22));
    assert_eq!(at("2030-01-01T00:00:00Z"), Some(3723.04));
    let whole = history.between(Timestamp::MIN, Timestamp::MAX);
    assert_eq!(whole.len(), 2);
    assert!(history.between(Timestamp::MAX, Timestamp::MIN).is_empty());
    assert_eq!(history.realised_vol(Timestamp::MIN, Timestamp::MAX), None);
}

#[test]
fn realised_vol_is_annualised_over_the_true_time() {
    let rows: Vec<String> = (0..=48)
        .map(|hour| {
            let price = if hour % 2 == 0 { 1000.0 } else { 1010.0 };
            format!("{},{price}\n", 1_767_600_000 + 3600 * hour)
        })
        .collect();
    let history = parse(&format!("timestamp,eth_index\n{}", rows.concat())).unwrap();
    let vol = history.realised_vol(Timestamp::MIN, Timestamp::MAX).unwrap();
    assert!((vol - 1.01_f64.ln() * 8760.0_f64.sqrt()).abs() < 1e-9, "{vol}");
}

#[test]
fn prices_must_reach_from_the_chain_to_where_they_are_needed() {
    let history = parse(CANDLES).unwrap();
    let chain = |time: &str| Chain {
        source: "c.csv".into(),
        currency: "ETH".into(),
        observed_at: time.parse().unwrap(),
        spot: 3700.0,
        expiries: Vec::new(),
    };
    let until = "2022-01-01T01:30:00Z".parse().unwrap();
    assert!(require_overlap(&chain("2022-01-01T00:30:00Z"), &history, until).is_ok());
    let late = "2022-01-01T03:00:00Z".parse().unwrap();
    for (time, until) in [("2022-01-01T00:30:00Z", late), ("2021-12-30T00:00:00Z", until)] {
        let error = require_overlap(&chain(time), &history, until).unwrap_err().to_string();
        assert!(error.contains("p.csv") && error.contains("c.csv"), "{error}");
        assert!(error.contains("pass a price history of that period"), "{error}");
    }
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = parse_prices(&bytes[..], "p.csv", "ETH");
    }

    #[test]
    fn no_cells_make_the_reader_panic(cells in proptest::collection::vec("[-0-9.eE:TZ ]{0,24}", 0..40)) {
        let rows: String = cells.chunks(2).map(|pair| pair.join(",") + "\n").collect();
        let _ = parse(&format!("timestamp,eth_index\n{rows}"));
    }

    #[test]
    fn histories_read_back_to_the_last_bit(
        steps in proptest::collection::vec((1_i64..100_000, 1e-4..1e9_f64, 1.0..2.0_f64), 1..40)
    ) {
        let mut seconds = 1_600_000_000;
        let points = steps
            .into_iter()
            .map(|(gap, price, width)| {
                seconds += gap;
                let time = Timestamp::from_second(seconds).unwrap();
                PricePoint { time, open: price, high: price * width, low: price / width, close: price }
            })
            .collect();
        let history = PriceHistory { source: "p.csv".into(), points };
        let mut text = Vec::new();
        write_prices(&history, &mut text).unwrap();
        prop_assert_eq!(parse_prices(&text[..], "p.csv", "ETH").unwrap(), history);
    }
}
