use super::*;

#[test]
fn a_program_is_deployed_activated_and_called() {
    let mut chain = chain();
    let wasm = entrypoint(
        "read_args(i) write_result(ii)",
        "(call $read_args (i32.const 0)) (call $write_result (i32.const 0) (local.get $len)) (i32.const 0)",
    );
    let deployment = deployment(&mut chain, &wasm);
    assert!(deployment.code_size < 300);
    let receipt = send(&mut chain, deployment.address, vec![1, 2, 3]);
    assert!(receipt.status);
    assert_eq!(receipt.output, Bytes::from(vec![1, 2, 3]));
}

#[test]
fn a_nonzero_status_reverts_with_the_result() {
    let mut chain = chain();
    let wasm = entrypoint("write_result(ii)", "(call $write_result (i32.const 0) (i32.const 3)) (i32.const 1)");
    let program = deploy(&mut chain, &wasm);
    let receipt = send(&mut chain, program, vec![]);
    assert!(!receipt.status);
    assert_eq!(receipt.output.len(), 3);
}
