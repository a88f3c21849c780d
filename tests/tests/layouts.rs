//! Where every program keeps its state, against baselines: an upgrade that moved a slot would read another one's bytes.
//!
//! Layouts are read from the sources that declare them, by the rules that `#[storage]` has from Solidity. Whoever adds a
//! slot at the end writes new baselines with `EQUIPOISE_BLESS=1`; whoever moves one must not.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::arithmetic_side_effects, reason = "tests")]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;

use equipoise_tests::repository;

/// A program's baseline, its namespace, the source that declares it, and the struct or enum there; then structs that its
/// mappings lead to.
const LAYOUTS: [(&str, &str, &str, &str, &[&str]); 17] = [
    (
        "clearing",
        "equipoise.clearing",
        "clearing-state/src/slots.rs",
        "ClearingSlots",
        &["AuctionSlots", "ProgramSlot"],
    ),
    ("market", "equipoise.market", "market-state/src/store.rs", "Place", &[]),
    ("vault", "equipoise.vault", "vault-state/src/slots.rs", "VaultSlots", &["AllocationSlots"]),
    ("tranche", "equipoise.tranche", "tranche/src/slots.rs", "TrancheSlots", &["EpochSlots", "RequestSlots"]),
    ("wrapper", "equipoise.wrapper", "wrapper/src/slots.rs", "Place", &[]),
    ("underwriter", "equipoise.underwriter", "underwriter/src/slots.rs", "UnderwriterSlots", &[]),
    ("parameters", "equipoise.parameters", "parameters/src/slots.rs", "RegistrySlots", &[]),
    ("oracle", "equipoise.oracle", "oracle/src/slots.rs", "OracleSlots", &[]),
    ("signed-source", "equipoise.signed-source", "signed-source/src/slots.rs", "SignedSourceSlots", &[]),
    ("pool-source", "equipoise.pool-source", "pool-source/src/terms.rs", "PoolSourceSlots", &[]),
    ("hedger", "equipoise.hedger", "hedger-state/src/slots.rs", "HedgerSlots", &[]),
    ("filler", "equipoise.filler", "filler/src/program.rs", "FillerSlots", &[]),
    ("pool-venue", "equipoise.pool-venue", "pool-venue/src/program.rs", "PoolVenueSlots", &[]),
    ("lender", "equipoise.lender", "lender/src/program.rs", "LenderSlots", &[]),
    ("ownership", "equipoise.ownership", "kit/src/ownership.rs", "OwnershipSlots", &[]),
    ("registry", "equipoise.registry", "kit/src/registry.rs", "", &[]),
    ("lock", "equipoise.lock", "kit/src/lock.rs", "", &[]),
];

/// Where something is: its slot from the namespace's root, its first byte from the slot's right, how many bytes it has.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    slot: usize,
    offset: usize,
    bytes: usize,
    kind: String,
}

/// What a source declares, in order: names and types; an enum's variants have their discriminants for types.
fn declared(source: &str, name: &str) -> Vec<(String, String)> {
    let heads = [format!("struct {name} {{\n"), format!("enum {name} {{\n")];
    let body = heads.iter().find_map(|head| source.split_once(head.as_str())).expect(name).1;
    let body = body.split_once("\n}").expect("it ends").0;
    let lines = body.lines().map(str::trim).filter(|line| !line.starts_with("//") && !line.is_empty());
    lines
        .map(|line| {
            let line = line.trim_end_matches(',').trim_start_matches("pub(crate) ").trim_start_matches("pub ");
            let (name, kind) = line.split_once(": ").or_else(|| line.split_once(" = ")).unwrap_or((line, ""));
            (name.to_owned(), kind.to_owned())
        })
        .collect()
}

fn bytes_of(kind: &str) -> usize {
    match kind {
        "StorageBool" | "StorageU8" => 1,
        "StorageU32" => 4,
        "StorageU64" => 8,
        "StorageU128" => 16,
        "StorageAddress" => 20,
        _ => 32,
    }
}

/// Fields by Solidity's rules: packed from the right as long as they fit, whatever has 32 bytes in a slot of its own.
fn fields(declared: &[(String, String)]) -> BTreeMap<String, Place> {
    let (mut slot, mut used) = (0, 0);
    let mut places = BTreeMap::new();
    for (place, (name, kind)) in declared.iter().enumerate() {
        let bytes = bytes_of(kind);
        if used + bytes > 32 {
            (slot, used) = (slot + 1, 0);
        }
        // An array's length is its own affair as long as nothing comes after it.
        assert!(!kind.starts_with("StorageArray") || place + 1 == declared.len(), "{name} must be the last");
        places.insert(name.clone(), Place { slot, offset: used, bytes, kind: kind.clone() });
        used += bytes;
    }
    places
}

/// Variants that name slots, each one more than the last unless it says otherwise.
fn variants(declared: &[(String, String)]) -> BTreeMap<String, Place> {
    let mut next = 0;
    let place = |(name, number): &(String, String)| {
        let slot = number.parse().unwrap_or(next);
        next = slot + 1;
        (name.clone(), Place { slot, offset: 0, bytes: 32, kind: "word".to_owned() })
    };
    declared.iter().map(place).collect()
}

fn layout(namespace: &str, source: &str, name: &str, inner: &[&str]) -> String {
    assert!(source.contains(&format!("namespace_root(\"{namespace}\")")), "{namespace} is not declared there any more");
    let mut text =
        format!("namespace {namespace} (ERC-7201); slot from its root, first byte from the right, bytes, name: type\n");
    if name.is_empty() {
        text.push_str("0 0 20 address: word\n");
    } else {
        let is_enum = source.contains(&format!("enum {name} {{\n"));
        let declared = declared(source, name);
        tell(&mut text, &if is_enum { variants(&declared) } else { fields(&declared) });
    }
    for name in inner {
        writeln!(text, "{name}").unwrap();
        tell(&mut text, &fields(&declared(source, name)));
    }
    text
}

fn tell(text: &mut String, places: &BTreeMap<String, Place>) {
    let mut ordered: Vec<_> = places.iter().collect();
    ordered.sort_by_key(|(_, place)| (place.slot, place.offset));
    for (name, Place { slot, offset, bytes, kind }) in ordered {
        writeln!(text, "{slot} {offset} {bytes} {name}: {kind}").unwrap();
    }
}

/// What of a baseline is not there any more, word for word.
fn moved<'a>(baseline: &'a str, now: &str) -> Vec<&'a str> {
    baseline.lines().filter(|line| !now.lines().any(|other| other == *line)).collect()
}

#[test]
fn no_slot_has_moved() {
    for (program, namespace, source, name, inner) in LAYOUTS {
        let text = fs::read_to_string(repository("contracts").join(source)).expect(source);
        let now = layout(namespace, &text, name, inner);
        let path = repository(&format!("tests/layouts/{program}.txt"));
        let baseline = fs::read_to_string(&path).unwrap_or_default();
        let moved = moved(&baseline, &now);
        assert!(
            moved.is_empty(),
            "{source}: an upgrade would read other bytes for {moved:#?}, as tests/layouts/{program}.txt has them: \
             put new slots behind all others, and leave those that are no longer used where they are"
        );
        if std::env::var_os("EQUIPOISE_BLESS").is_some() {
            fs::write(&path, now).unwrap();
        } else {
            assert_eq!(now, baseline, "{source} has new slots: take them down with EQUIPOISE_BLESS=1");
        }
    }
}

#[test]
fn a_slot_that_moves_is_told() {
    let source = "namespace_root(\"a\")\npub struct Slots {\n    /// The owner.\n    pub owner: StorageAddress,\n    count: StorageU64,\n    pub(crate) all: StorageMap<U256, StorageU8>,\n}\n";
    let baseline = layout("a", source, "Slots", &[]);
    assert!(baseline.ends_with(
        "0 0 20 owner: StorageAddress\n0 20 8 count: StorageU64\n1 0 32 all: StorageMap<U256, StorageU8>\n"
    ));
    let wider = source.replace("StorageU64", "StorageB256");
    let changed = layout("a", &wider, "Slots", &[]);
    assert_eq!(moved(&baseline, &changed), ["0 20 8 count: StorageU64", "1 0 32 all: StorageMap<U256, StorageU8>"]);
    let more = source.replace("}\n", "    last: Word,\n}\n");
    assert!(moved(&baseline, &layout("a", &more, "Slots", &[])).is_empty());
}

#[test]
fn variants_count_on_from_the_last_number() {
    let source = "namespace_root(\"a\")\nenum Place {\n    First,\n    Later = 12,\n    Last,\n}\n";
    let text = layout("a", source, "Place", &[]);
    assert!(text.ends_with("0 0 32 First: word\n12 0 32 Later: word\n13 0 32 Last: word\n"), "{text}");
}
