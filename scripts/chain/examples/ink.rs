//! Prints what operations of the pure crates cost in ink, measured by `equipoise-meter` on the embedded chain.
//!
//! ```text
//! cargo build -p equipoise-meter --lib --release --target wasm32-unknown-unknown
//! cargo run -p equipoise-chain --example ink [WASM] [NAME-PREFIX]
//! ```
#![allow(clippy::expect_used, clippy::print_stdout, clippy::cast_precision_loss, clippy::as_conversions)]

use alloy_primitives::{address, Address, Bytes, U256};
use alloy_rpc_types_eth::{BlockId, TransactionRequest};
use equipoise_chain::{Chain, Config};
use equipoise_math::Fx;
use equipoise_meter::{run, Operation, Results};

const USER: Address = address!("0x0000000000000000000000000000000000000055");
const ROW: usize = 8 + 16 * 9;

fn main() {
    let mut args = std::env::args().skip(1);
    let target = std::env::var("CARGO_TARGET_DIR").unwrap_or_else(|_| "target".into());
    let file = args.next().unwrap_or_else(|| format!("{target}/wasm32-unknown-unknown/release/equipoise_meter.wasm"));
    let prefix = args.next().unwrap_or_default();
    let wasm = std::fs::read(&file).expect("the file can be read");
    let wealth = U256::from(10).pow(U256::from(24));
    let mut chain = Chain::new(Config { accounts: vec![(USER, wealth)], ..Config::default() });
    let program = chain.deploy_program(USER, &wasm, Bytes::new(), true).expect("the program deploys");
    println!("{} bytes compressed", program.code_size);
    let mut measure = |operation: Operation, inputs: &[Fx]| -> Vec<(u64, Results)> {
        let place = Operation::ALL.iter().position(|other| *other == operation).expect("it is one of them");
        let mut data = vec![u8::try_from(place).expect("few operations")];
        inputs.iter().for_each(|input| data.extend_from_slice(&input.to_bits().to_le_bytes()));
        let call = TransactionRequest::default().from(USER).to(program.address).input(Bytes::from(data).into());
        let outcome = chain.call(&call, BlockId::latest(), None).expect("the call runs");
        assert!(outcome.status, "{operation:?} failed: out of gas?");
        let word = |bytes: &[u8]| Fx::from_bits(i128::from_le_bytes(bytes.try_into().expect("16 bytes")));
        outcome
            .output
            .chunks(ROW)
            .map(|row| {
                let cost = u64::from_le_bytes(row[..8].try_into().expect("8 bytes"));
                (cost, std::array::from_fn(|place| word(&row[8 + 16 * place..24 + 16 * place])))
            })
            .collect()
    };
    let nothing = measure(Operation::Nothing, &[Fx::ONE])[0].0;
    println!("measuring itself: {nothing}");
    for (name, operation, inputs) in cases() {
        if !name.starts_with(&prefix) {
            continue;
        }
        let measured = measure(operation, &inputs);
        let native = run(operation, &inputs, || 0);
        assert!(native.iter().zip(&measured).all(|(native, (_, wasm))| native.results == *wasm), "{name}: other bits");
        let costs: Vec<u64> = measured.iter().map(|(cost, _)| cost - nothing).collect();
        let worst = costs.iter().enumerate().max_by_key(|(_, cost)| **cost).expect("at least one input");
        let mean = costs.iter().sum::<u64>() as f64 / costs.len() as f64;
        let inputs = &inputs[worst.0 * operation.arity()..(worst.0 + 1) * operation.arity()];
        println!(
            "{name}: least {} mean {mean:.0} most {} at {inputs:?}",
            costs.iter().min().expect("at least one"),
            worst.1
        );
    }
}

fn fx(number: f64) -> Fx {
    Fx::from_num(number)
}

fn spread(low: f64, high: f64, count: u32) -> Vec<Fx> {
    (0..count).map(|step| fx(low + (high - low) * f64::from(step) / f64::from(count - 1))).collect()
}

fn powers(low: f64, high: f64, count: u32) -> Vec<Fx> {
    (0..count).map(|step| fx(low * (high / low).powf(f64::from(step) / f64::from(count - 1)))).collect()
}

fn cases() -> Vec<(&'static str, Operation, Vec<Fx>)> {
    let mut options = Vec::new();
    let mut prices = Vec::new();
    for forward in [0.01, 3_000.0, 5e8] {
        for moneyness in [0.01, 0.5, 0.9, 0.999, 1.0, 1.001, 1.1, 1.5, 3.0, 100.0] {
            for vol in [0.02, 0.4, 0.6, 1.2, 9.0] {
                for years in [1e-6, 7.0 / 365.0, 0.25, 2.5] {
                    let input = [fx(forward), fx(forward * moneyness), fx(vol), fx(years)];
                    let call = run(Operation::Black76All, &input, || 0)[0].results[0];
                    options.extend(input);
                    prices.extend([call, input[0], input[1], input[3]]);
                }
            }
        }
    }
    vec![
        ("exp", Operation::Exp, spread(-44.5, 43.5, 400)),
        ("ln", Operation::Ln, powers(1e-18, 9e18, 400)),
        ("ln_near_one", Operation::Ln, spread(0.5, 2.0, 400)),
        ("sqrt", Operation::Sqrt, powers(1e-18, 9e18, 400)),
        ("normal_cdf", Operation::NormalCdf, spread(-9.5, 9.5, 800)),
        ("normal_pdf", Operation::NormalPdf, spread(-9.5, 9.5, 400)),
        ("normal_inverse_cdf", Operation::NormalInverseCdf, spread(1e-12, 1.0 - 1e-12, 200)),
        ("mul_floor", Operation::MulFloor, spread(-1e6, 1e6, 100)),
        ("div_floor", Operation::DivFloor, spread(-1e6, 1e6, 100)),
        ("black76_all", Operation::Black76All, options),
        ("implied_vol", Operation::ImpliedVol, prices),
        ("book_128", Operation::Book, vec![fx(8.0), fx(16.0)]),
        ("margin_32", Operation::Margin, vec![fx(8.0), fx(4.0)]),
    ]
}
