//! Prints the ABI of the program: `cargo run -p equipoise-vault --features export-abi`.

fn main() {
    equipoise_vault::print_from_args();
}
