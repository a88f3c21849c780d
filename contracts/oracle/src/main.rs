//! Prints the ABI of the program: `cargo run -p equipoise-oracle --features export-abi`.

fn main() {
    equipoise_oracle::print_from_args();
}
