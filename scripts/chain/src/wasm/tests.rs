use super::*;

fn check(wat: &str) -> Result<usize, WasmError> {
    let wasm = wat::parse_str(wat).unwrap();
    let program = instrument(Module::parse(&wasm)?)?;
    let encoded = encode(&program)?;
    wasmparser::Validator::new().validate_all(&encoded).unwrap();
    Ok(program.operators() as usize)
}

const MEMORY: &str = "(memory (export \"memory\") 1 1)";
const MAIN: &str = "(func (export \"user_entrypoint\") (param i32) (result i32) (i32.const 0))";

fn module(body: &str) -> String {
    format!("(module {body} {MEMORY} {MAIN})")
}

#[test]
fn a_minimal_program_counts_its_injected_operators() {
    // const, end: one charge of 12 ahead of them, 12 on entry, a return and 4 to give the frame back.
    assert_eq!(check(&module("")), Ok(12 + 2 + 12 + 1 + 4));
}

#[test]
fn bulk_memory_pays_by_the_byte() {
    let fill = "(func (memory.fill (i32.const 0) (i32.const 0) (i32.const 1)))";
    assert_eq!(check(&module(fill)).unwrap() - check(&module("")).unwrap(), 12 + 5 + 17 + 12 + 1 + 4);
    assert!(check(&module("(func (memory.copy (i32.const 0) (i32.const 0) (i32.const 1)))")).is_ok());
}

#[test]
fn growable_memory_must_pay() {
    let growing = format!("(memory (export \"memory\") 1) {MAIN}");
    assert_eq!(check(&format!("(module {growing})")), Err(WasmError::MissingPayForMemoryGrow));
    let import = "(import \"vm_hooks\" \"pay_for_memory_grow\" (func $pay (param i32)))";
    let grow = "(func (drop (memory.grow (i32.const 1))))";
    let with = check(&format!("(module {import} {growing} {grow})")).unwrap();
    let without = check(&module(grow)).unwrap();
    assert_eq!(with - without, 4);
}

#[test]
fn forbidden_features_are_refused() {
    let invalid = [
        "(func (result i32 i32) (i32.const 0) (i32.const 0))",
        "(func (drop (i32x4.splat (i32.const 0))))",
        "(table 1 externref)",
        "(func (return_call 0))",
        "(memory 1)",
        "(global i32 (i32.add (i32.const 1) (i32.const 2)))",
        "(func $a (block (param i32) (drop)) )",
    ];
    for body in invalid {
        let wasm = wat::parse_str(module(body));
        let refused = wasm.map(|wasm| matches!(Module::parse(&wasm), Err(WasmError::Invalid(_))));
        assert_ne!(refused.ok(), Some(false), "{body}");
    }
    let floats = module("(func (drop (f64.mul (f64.const 1) (f64.const 1))))");
    assert!(matches!(check(&floats), Err(WasmError::ForbiddenFeature { feature: "floating point", .. })));
    let init = module("(data $d \"a\") (func (memory.init $d (i32.const 0) (i32.const 0) (i32.const 0)))");
    assert!(check(&init).is_err());
    // Floats may be moved, not computed with; they cost more than any ink.
    assert!(check(&module("(func (drop (f64.load (i32.const 0))))")).is_ok());
}

#[test]
fn imports_must_be_host_calls_with_their_signatures() {
    let import = |module: &str, name: &str, ty: &str| {
        check(&format!("(module (import \"{module}\" \"{name}\" (func {ty})) {MEMORY} {MAIN})"))
    };
    assert!(import("vm_hooks", "read_args", "(param i32)").is_ok());
    assert!(matches!(import("vm_hooks", "read_args", "(param i64)"), Err(WasmError::ImportSignature { .. })));
    assert!(matches!(import("vm_hooks", "no_such_call", ""), Err(WasmError::UnknownImport { .. })));
    for module in ["console", "debug", "env"] {
        assert!(matches!(import(module, "log_i32", "(param i32)"), Err(WasmError::UnknownImport { .. })));
    }
    assert!(matches!(import("vm_hooks", "stylus_x", ""), Err(WasmError::ReservedName(_))));
    let memory = format!("(module (import \"env\" \"memory\" (memory 1 1)) {MAIN})");
    assert!(matches!(check(&memory), Err(WasmError::UnknownImport { .. })));
}

#[test]
fn exports_and_start_are_checked() {
    assert_eq!(check(&format!("(module {MEMORY})")), Err(WasmError::MissingEntrypoint));
    assert_eq!(check(&format!("(module {MAIN})")), Err(WasmError::MissingMemory));
    assert_eq!(check(&format!("(module (memory 1 1) {MAIN})")), Err(WasmError::MissingMemory));
    let wrong = format!("(module {MEMORY} (func (export \"user_entrypoint\") (result i32) (i32.const 0)))");
    assert!(matches!(check(&wrong), Err(WasmError::EntrypointSignature(_))));
    assert_eq!(check(&module("(func $s) (start $s)")), Err(WasmError::StartFunction));
    assert!(matches!(check(&module("(func (export \"stylus_ink_left\"))")), Err(WasmError::ReservedName(_))));
    let both = module("(import \"vm_hooks\" \"read_args\" (func (param i32))) (func (export \"x__read_args\"))");
    assert!(matches!(check(&both), Err(WasmError::ReservedName(_))));
}

#[test]
fn limits_hold_at_their_edges() {
    let locals = |count: usize| module(&format!("(func {})", "(local i32) ".repeat(count)));
    assert!(check(&locals(348)).is_ok());
    let too_many =
        |what| move |error: WasmError| matches!(error, WasmError::TooMany { what: found, .. } if found == what);
    assert!(check(&locals(349)).is_err_and(too_many("locals in a function")));

    let functions = |count: usize| module(&"(func)".repeat(count));
    assert!(check(&functions(4095)).is_ok());
    assert!(check(&functions(4096)).is_err_and(too_many("functions")));

    let table = |entries: usize| module(&format!("(table {entries} funcref)"));
    assert!(check(&table(4096)).is_ok());
    assert!(check(&table(4097)).is_err_and(too_many("table entries")));

    let data = |segments: usize| module(&"(data (i32.const 0) \"a\")".repeat(segments));
    assert!(check(&data(128)).is_ok());
    assert!(check(&data(129)).is_err_and(too_many("data segments")));

    let pages = |pages: u32| format!("(module (memory (export \"memory\") {pages} {pages}) {MAIN})");
    assert!(check(&pages(128)).is_ok());
    assert_eq!(check(&pages(129)), Err(WasmError::MemoryTooLarge { pages: 129, limit: 128 }));
}

#[test]
fn operators_of_a_function_are_limited_after_instrumentation() {
    // nop: one operator each; const and drop would do as well. 65,536 less the injected ones, the end and the return.
    let nops = |count: usize| module(&format!("(func {})", "nop ".repeat(count)));
    let most = 65_536 - 12 - 12 - 4 - 1 - 1;
    assert!(check(&nops(most)).is_ok());
    assert!(matches!(check(&nops(most + 1)), Err(WasmError::TooMany { count: 65_537, .. })));
}

#[test]
fn values_alive_at_once_are_limited() {
    let alive = |count: usize| module(&format!("(func {} {})", "(i32.const 0) ".repeat(count), "drop ".repeat(count)));
    assert!(check(&alive(4096)).is_ok());
    assert!(matches!(check(&alive(4097)), Err(WasmError::TooMany { count: 4097, .. })));
}

#[test]
fn segments_must_fit() {
    assert!(check(&module("(data (i32.const 65535) \"a\")")).is_ok());
    assert!(matches!(check(&module("(data (i32.const 65536) \"a\")")), Err(WasmError::SegmentOutOfBounds { .. })));
    let element = module("(table 1 funcref) (func $f) (elem (i32.const 1) $f)");
    assert!(matches!(check(&element), Err(WasmError::SegmentOutOfBounds { what: "element", .. })));
}
