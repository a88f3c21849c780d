//! Prints the ABI of the program: `cargo run -p equipoise-clearing --features export-abi`.

fn main() {
    equipoise_clearing::print_from_args();
}
