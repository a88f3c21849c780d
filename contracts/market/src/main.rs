//! Prints the ABI of the program: `cargo run -p equipoise-market --features export-abi`.

fn main() {
    equipoise_market::print_from_args();
}
