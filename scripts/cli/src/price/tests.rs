//! What the command answers, in both forms.

use equipoise_math::Fx;
use equipoise_risk::{black76, black_scholes};
use serde_json::Value;

use super::*;

fn answered(input: &str) -> (Tally, String) {
    let mut output = Vec::new();
    let tally = run(input.as_bytes(), &mut output, None).unwrap();
    (tally, String::from_utf8(output).unwrap())
}

fn objects(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn bits(row: &Value, name: &str) -> Fx {
    Fx::from_bits(row[name].as_str().unwrap().parse().unwrap())
}

fn fx(text: &str) -> Fx {
    text.parse().unwrap()
}

#[test]
fn a_row_is_the_bits_of_blacks_formula() {
    let (tally, text) = answered(r#"{"forward": 3000, "strike": 3200.5, "vol": 0.6, "years": "0.0821917808219178"}"#);
    assert_eq!(tally, Tally { rows: 1, ..Tally::default() });
    let row = &objects(&text)[0];
    let inputs = black76::Inputs::new(fx("3000"), fx("3200.5"), fx("0.6"), fx("0.0821917808219178")).unwrap();
    let all = black76::evaluate(&inputs);
    let expected = [
        ("call", all.call),
        ("put", all.put),
        ("call_delta", all.call_delta),
        ("put_delta", all.put_delta),
        ("gamma", all.gamma),
        ("vega", all.vega),
        ("call_theta", all.theta),
        ("put_theta", all.theta),
        ("vanna", all.vanna),
        ("volga", all.volga),
        ("discount", Fx::ONE),
    ];
    for (name, number) in expected {
        assert_eq!(bits(row, &format!("{name}_raw")), number, "{name}");
        assert_eq!(row[name].as_str().unwrap(), format!("{number:.64}").trim_end_matches('0').trim_end_matches('.'));
    }
}

#[test]
fn a_rate_discounts_and_a_spot_grows_into_its_forward() {
    let input = concat!(
        r#"{"forward": 3000, "strike": 3200, "vol": 0.6, "years": 0.25, "rate": 0.05}"#,
        "\n",
        r#"{"spot": 3000, "strike": 3200, "vol": 0.6, "years": 0.25, "rate": 0.05, "dividend_yield": 0.01}"#,
    );
    let rows = objects(&answered(input).1);
    let (strike, vol, years, rate) = (fx("3200"), fx("0.6"), fx("0.25"), fx("0.05"));
    let on_forward = black_scholes::Inputs::on_forward(fx("3000"), strike, vol, years, rate).unwrap();
    let terms = black_scholes::Terms { spot: fx("3000"), strike, vol, years, rate, dividend_yield: fx("0.01") };
    let on_spot = black_scholes::Inputs::new(&terms).unwrap();
    for (row, inputs) in rows.iter().zip([on_forward, on_spot]) {
        let all = black_scholes::evaluate(&inputs);
        assert_eq!(bits(row, "call_raw"), all.call);
        assert_eq!(bits(row, "put_theta_raw"), all.put_theta);
        assert_eq!(bits(row, "call_rho_raw"), all.call_rho);
        // e^(-0.0125), to the last bit of what the strike's leg is made from
        let cash_leg = bits(row, "discount_raw") * strike;
        assert!(cash_leg.abs_diff(all.cash_leg) < Fx::from_bits(1 << 12));
        assert!(bits(row, "discount_raw").abs_diff(fx("0.98757780049388144")) < fx("1e-16"));
    }
}

#[test]
fn csv_in_any_order_gives_the_numbers_of_json_lines() {
    let csv = "vol,id,years,strike,forward\n0.8,a,0.5,1000,900\n,\"b, c\",1,2,3\n";
    let (tally, table) = answered(csv);
    assert_eq!((tally.rows, tally.refused), (2, 1));
    let lines = r#"{"id": "a", "vol": 0.8, "years": 0.5, "strike": 1e3, "forward": 900.0}"#;
    let row = &objects(&answered(lines).1)[0];
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let header = reader.headers().unwrap().clone();
    let records: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!((&records[0][0], &records[1][0]), ("2", "3"));
    assert_eq!((&records[0][1], &records[1][1]), ("a", "b, c"));
    for (name, cell) in header.iter().zip(&records[0]).skip(2) {
        assert_eq!(row[name].as_str().unwrap_or_default(), cell, "{name}");
    }
    assert!(records[1].iter().next_back().unwrap().starts_with("line 3: vol is missing"));
    assert!(records[1].iter().skip(2).take(26).all(str::is_empty));
}

#[test]
fn a_vol_comes_back_from_its_price() {
    for (rate, kind) in [("0", "call"), ("0", "put"), ("0.05", "call"), ("0.05", "put")] {
        let forward = format!(r#"{{"forward": 3000, "strike": 3300, "vol": 0.7, "years": 0.3, "rate": {rate}}}"#);
        let spot = format!(r#"{{"spot": 3000, "strike": 3300, "vol": 0.7, "years": 0.3, "rate": {rate}}}"#);
        for given in [forward, spot] {
            let priced = objects(&answered(&given).1);
            let price = format!(r#""kind": "{kind}", "price_raw": {}"#, priced[0][format!("{kind}_raw")]);
            let vol = objects(&answered(&given.replace(r#""vol": 0.7"#, &price)).1);
            assert!(bits(&vol[0], "vol_raw").abs_diff(fx("0.7")) < fx("1e-12"), "{given}: {vol:?}");
        }
    }
}

#[test]
fn raw_inputs_are_exact_bits() {
    let raw = format!("strike_raw,forward_raw,vol_raw,years\n{0},{0},{1},1\n", 3_i128 << 64, 1_i128 << 63);
    let decimal = "strike,forward,vol,years\n3,3,0.5,1\n";
    assert_eq!(answered(&raw).1, answered(decimal).1);
}

#[test]
fn a_bad_row_names_field_value_domain_and_remedy_and_the_others_are_answered() {
    let cases = [
        (r#"{"forward": 3000, "strike": 3000, "vol": 11, "years": 1}"#, "out_of_domain", "vol", "11", "0.01 to 10"),
        (r#"{"forward": 0, "strike": 3000, "vol": 1, "years": 1}"#, "out_of_domain", "forward", "0", "0.0001"),
        (r#"{"spot": -1, "strike": 3000, "vol": 1, "years": 1}"#, "out_of_domain", "spot", "-1", "0.0001"),
        (r#"{"forward": 1, "strike": 3000, "vol": 1, "years": 1}"#, "out_of_domain", "strike", "3000", "1000 times"),
        (r#"{"forward": 1, "strike": 1, "vol": 1, "years": 4}"#, "out_of_domain", "years", "4", "3 years"),
        (r#"{"forward": 1, "strike": 1, "vol": 1, "years": 1, "rate": 3}"#, "out_of_domain", "rate", "3", "-0.5 to 2"),
        (r#"{"forward": 1, "strike": 1, "vol": "x", "years": 1}"#, "not_a_number", "vol", "x", "decimal"),
        (r#"{"forward": 1, "strike": 1, "vol": [1], "years": 1}"#, "not_a_number", "vol", "[1]", "decimal"),
        (r#"{"forward": 1, "strike_raw": 1.5, "vol": 1, "years": 1}"#, "not_a_number", "strike", "1.5", "integer"),
        (r#"{"forward": 1, "strike": 1e30, "vol": 1, "years": 1}"#, "not_a_number", "strike", "1e30", "63 bits"),
        (r#"{"forward": 1, "strike": null, "vol": 1, "years": 1}"#, "missing", "strike", "", "0.001 to 1000"),
        (r#"{"forward": 1, "strike": 1, "vol": 1, "vol_raw": 1, "years": 1}"#, "conflict", "vol", "1", "raw"),
        (r#"{"forward": 1, "spot": 1, "strike": 1, "vol": 1, "years": 1}"#, "conflict", "spot", "1", "either"),
        (r#"{"forward": 1, "strike": 1, "vol": 1, "price": 1, "years": 1}"#, "conflict", "price", "1", "either"),
        (r#"{"forward": 2, "strike": 1, "price": 1, "years": 1}"#, "no_vol", "price", "1", "intrinsic value 1"),
        (r#"{"forward": 2, "strike": 1, "price": 2, "years": 1}"#, "no_vol", "price", "2", "below 2"),
        (r#"{"forward": 2, "strike": 1, "price": 1, "kind": "x", "years": 1}"#, "not_a_kind", "kind", "x", "neither"),
        (r#"{"forward": 1, "strike": 1, "price": 0.1, "years": 0}"#, "out_of_domain", "years", "0", "one second"),
        (r#"{"forward": 1, "forward": 1}"#, "malformed", "row", "twice", "each key once"),
        (r#"{"forward": 1"#, "malformed", "row", "EOF", "one JSON object"),
        ("[1]", "malformed", "row", "sequence", "one JSON object"),
    ];
    let good = r#"{"id": 7, "forward": 1, "strike": 1, "vol": 1, "years": 1}"#;
    let input: Vec<&str> = cases.iter().flat_map(|(row, ..)| [*row, "", good]).collect();
    let (tally, text) = answered(&format!("{good}\n{}\n", input.join("\n")));
    assert_eq!((tally.rows, tally.refused), (2 * cases.len() as u64 + 1, cases.len() as u64));
    let rows = objects(&text);
    for (place, (row, problem, field, value, domain)) in cases.iter().enumerate() {
        let refused = &rows[2 * place + 1];
        let error = &refused["error"];
        assert_eq!(refused["line"], 3 * place + 2, "{row}");
        assert_eq!((error["problem"].as_str().unwrap(), error["field"].as_str().unwrap()), (*problem, *field), "{row}");
        assert!(error["value"].as_str().unwrap().contains(value), "{row}: {error}");
        assert!(error["domain"].as_str().unwrap().contains(domain), "{row}: {error}");
        let message = error["message"].as_str().unwrap();
        assert!(message.starts_with("line ") && message.ends_with(error["remedy"].as_str().unwrap()), "{message}");
        assert!(rows[2 * place + 2]["error"].is_null() && rows[2 * place + 2]["id"] == 7, "{row}");
    }
}

#[test]
fn rows_of_csv_that_do_not_fit_the_header_are_refused_alone() {
    let mut input = b"forward,strike,vol,years\n1,1,1\n1,1,1,1,1\n".to_vec();
    input.extend(b"\xff,1,1,1\n1,1,1,1\n");
    let mut output = Vec::new();
    let tally = run(input.as_slice(), &mut output, None).unwrap();
    assert_eq!((tally.rows, tally.refused), (4, 3));
    let text = String::from_utf8(output).unwrap();
    assert!(text.contains("3 cells for 4 columns") && text.contains("5 cells for 4 columns"), "{text}");
    assert!(text.contains("UTF-8") && text.lines().last().unwrap().starts_with("5,0.38"), "{text}");
}

#[test]
fn input_that_makes_no_sense_as_a_whole_is_refused_before_anything_is_written() {
    let cases = [
        ("", "empty"),
        ("\n\n", "empty"),
        ("3000,3000,0.6,0.1\n", "no column `forward` or `spot`"),
        ("forward,strike,years\n1,1,1\n", "no column `vol` or `price`"),
        ("forward,strike,years,vol,vol\n", "`vol` is there twice"),
    ];
    for (input, said) in cases {
        let mut output = Vec::new();
        let error = run(input.as_bytes(), &mut output, None).unwrap_err().to_string();
        assert!(error.contains(said), "{input:?}: {error}");
        assert!(output.is_empty());
    }
}

#[test]
fn what_means_nothing_is_ignored_and_told() {
    let (tally, _) = answered("forward,strike,vol,years,venue\n1,1,1,1,x\n");
    assert_eq!(tally.ignored, ["venue"]);
    let (tally, _) = answered(r#"{"forward": 1, "strike": 1, "vol": 1, "years": 1, "rates": {"a": 1}}"#);
    assert_eq!(tally.ignored, ["rates"]);
}
