//! Numbers at the ends of their types, in every argument of every function: refused by name, or right, and never wrapped.

use alloy_dyn_abi::{DynSolType, DynSolValue};
use alloy_primitives::{keccak256, Address, B256, I256, U256};
use alloy_sol_types::SolValue;
use equipoise_interfaces::account;
use equipoise_interfaces::IAssessor::IAssessorCalls;
use equipoise_interfaces::IClearing::IClearingCalls;
use equipoise_interfaces::ILearning::ILearningCalls;
use equipoise_interfaces::IMarket::IMarketCalls;
use equipoise_interfaces::IMarketMargin::IMarketMarginCalls;
use equipoise_interfaces::IOracle::IOracleCalls;
use equipoise_interfaces::IPricer::IPricerCalls;
use equipoise_interfaces::ISurface::ISurfaceCalls;
use equipoise_interfaces::ITranche::ITrancheCalls;
use equipoise_interfaces::IUnderwriter::IUnderwriterCalls;
use equipoise_interfaces::IUnderwritten::IUnderwrittenCalls;
use equipoise_interfaces::IValuer::IValuerCalls;
use equipoise_interfaces::IVault::IVaultCalls;
use equipoise_interfaces::IWrapper::IWrapperCalls;
use equipoise_interfaces::{IClearing, IMarket};
use equipoise_tests::TOKEN;

use crate::fixture::{call_of, leg, put_of, Market, CONTRACT, FAR, K3000, K3200, LOT, SPOT};
use crate::offering::underwriter_of;
use crate::stage::RICH;

/// The number of extremes of a numeric type.
const EXTREMES: usize = 5;

/// What an argument is unless it is the one that is extreme.
struct Plausible {
    caller: Address,
    now: u64,
}

/// One argument list: which of its numbers is extreme, all of them if none is named, and how.
struct Choice<'a> {
    plausible: &'a Plausible,
    place: Option<usize>,
    extreme: usize,
    seen: usize,
}

impl Choice<'_> {
    fn is_extreme(&mut self) -> bool {
        let mine = self.place.is_none_or(|place| place == self.seen);
        self.seen += 1;
        mine
    }

    fn value(&mut self, of: &DynSolType) -> DynSolValue {
        match of {
            DynSolType::Uint(bits) => DynSolValue::Uint(self.unsigned(*bits), *bits),
            DynSolType::Int(bits) => DynSolValue::Int(self.signed(*bits), *bits),
            DynSolType::Bool => DynSolValue::Bool(true),
            DynSolType::Address => DynSolValue::Address(self.plausible.caller),
            DynSolType::FixedBytes(32) => DynSolValue::FixedBytes(account::of(self.plausible.caller), 32),
            DynSolType::FixedBytes(size) => DynSolValue::FixedBytes(B256::ZERO, *size),
            DynSolType::Bytes => DynSolValue::Bytes(Vec::new()),
            DynSolType::String => DynSolValue::String(String::new()),
            DynSolType::Array(inner) => DynSolValue::Array(vec![self.value(inner)]),
            DynSolType::FixedArray(inner, size) => {
                DynSolValue::FixedArray((0..*size).map(|_| self.value(inner)).collect())
            }
            DynSolType::Tuple(inner) => DynSolValue::Tuple(inner.iter().map(|each| self.value(each)).collect()),
            DynSolType::Function => panic!("no function takes a function"),
        }
    }

    fn unsigned(&mut self, bits: usize) -> U256 {
        let most = U256::MAX >> (256 - bits);
        if self.is_extreme() {
            return [U256::ZERO, U256::ONE, most >> 1, (most >> 1) + U256::ONE, most][self.extreme];
        }
        match bits {
            8 | 16 | 80 => U256::from(1),
            32 => U256::from(call_of(1, K3000)),
            64 => U256::from(self.plausible.now + 1_000),
            _ => U256::from(TOKEN),
        }
    }

    fn signed(&mut self, bits: usize) -> I256 {
        let most = I256::from_raw(U256::MAX >> (257 - bits));
        if self.is_extreme() {
            return [I256::ZERO, I256::MINUS_ONE, -most, -most - I256::ONE, most][self.extreme];
        }
        I256::try_from(LOT).unwrap()
    }
}

/// Calldata of a function with arguments that are not extreme.
pub fn plain_call(signature: &str, caller: Address, now: u64) -> Vec<u8> {
    let types: DynSolType = signature[signature.find('(').unwrap()..].parse().unwrap();
    let plausible = Plausible { caller, now };
    let mut choice = Choice { plausible: &plausible, place: Some(usize::MAX), extreme: 0, seen: 0 };
    [keccak256(signature)[..4].to_vec(), choice.value(&types).abi_encode_params()].concat()
}

/// Calldata of a function for every choice of extremes.
fn calls(signature: &str, plausible: &Plausible) -> Vec<Vec<u8>> {
    let arguments = &signature[signature.find('(').unwrap()..];
    let types: DynSolType = arguments.parse().unwrap();
    let selector = keccak256(signature)[..4].to_vec();
    let mut counter = Choice { plausible, place: Some(usize::MAX), extreme: 0, seen: 0 };
    let encode = |value: DynSolValue| [selector.clone(), value.abi_encode_params()].concat();
    let plain = encode(counter.value(&types));
    // Of a long list of numbers of one meaning the first few stand for all.
    let places = (0..counter.seen.min(16)).map(Some).chain([None]);
    let mut all: Vec<Vec<u8>> = places
        .flat_map(|place| (0..EXTREMES).map(move |extreme| (place, extreme)))
        .map(|(place, extreme)| encode(Choice { plausible, place, extreme, seen: 0 }.value(&types)))
        .collect();
    all.push(plain);
    all.sort_unstable();
    all.dedup();
    all
}

/// A wrapper of the market's longs, registered.
fn wrapper_of(market: &mut Market) -> Address {
    let owner = market.world.owner;
    let symbol = B256::right_padding_from(b"ETH");
    let arguments = (market.market, market.clearing, symbol).abi_encode();
    let wrapper = market.world.deploy_program("wrapper", arguments).unwrap();
    market.ledger(owner, &IClearing::registerProgramCall { program: wrapper }).unwrap();
    wrapper
}

/// Every program with its functions.
pub fn programs(market: &Market, [wrapper, underwriter]: [Address; 2]) -> Vec<(Address, &'static [&'static str])> {
    vec![
        (market.market, IMarketCalls::SIGNATURES),
        (market.market, IMarketMarginCalls::SIGNATURES),
        (market.market, IUnderwrittenCalls::SIGNATURES),
        (market.market, ILearningCalls::SIGNATURES),
        (market.clearing, IClearingCalls::SIGNATURES),
        (market.vault, IVaultCalls::SIGNATURES),
        (market.junior, ITrancheCalls::SIGNATURES),
        (market.senior, ITrancheCalls::SIGNATURES),
        (wrapper, IWrapperCalls::SIGNATURES),
        (underwriter, IUnderwriterCalls::SIGNATURES),
        (market.oracle, IOracleCalls::SIGNATURES),
        (market.valuer, IValuerCalls::SIGNATURES),
        (market.pricer, IPricerCalls::SIGNATURES),
        (market.assessor, IAssessorCalls::SIGNATURES),
        (market.surface, ISurfaceCalls::SIGNATURES),
    ]
}

/// A trader who is long and short, and an LP with shares, a claim and a request.
fn populated() -> (Market, [Address; 2]) {
    let mut market = Market::open();
    let trader = market.trader("trader", RICH);
    market.fund(trader, RICH);
    let legs = [leg(call_of(1, K3000), CONTRACT), leg(call_of(2, K3000), CONTRACT), leg(put_of(2, K3200), -CONTRACT)];
    market.trade(trader, &legs).unwrap();
    let (junior, lp) = (market.junior, market.lp);
    market.fund(lp, RICH);
    let shares = market.shares(junior, lp);
    market.request_redeem(junior, lp, shares / 4).unwrap();
    market.request_deposit(junior, lp, RICH / 4).unwrap();
    market.price_epoch(SPOT);
    market.request_deposit(junior, lp, RICH / 4).unwrap();
    (market, [trader, lp])
}

/// What must hold after a call that has not been refused.
fn audit(market: &mut Market, owners: &[Address], called: &str) {
    market.assert_custody(owners);
    market.assert_zero_sum(owners);
    assert!(market.nav() > 0, "{called} makes the vault worthless");
    assert!(market.book().navWad > I256::ZERO, "{called}");
    if market.boards.iter().all(|(_, expiry)| *expiry > market.now()) {
        market.quote(&[leg(call_of(3, K3000), LOT)]).unwrap_or_else(|failure| panic!("{called}: {}", failure.0));
    }
}

/// Makes every call of everything as one caller.
fn try_all(market: &mut Market, caller: Address, owners: &[Address]) -> [usize; 2] {
    let plausible = Plausible { caller, now: market.now() };
    let (mut done, mut refused) = (0, 0);
    let beside = [wrapper_of(market), underwriter_of(market)];
    for (program, signatures) in programs(market, beside) {
        for signature in signatures {
            for data in calls(signature, &plausible) {
                let before = market.world.chain.snapshot();
                let wealth = market.wealth(caller);
                let receipt = market.world.submit(caller, program, data.clone());
                let called = format!("{signature} with {}", alloy_primitives::hex::encode(&data));
                let changed = market.world.changed_since(before);
                if receipt.status {
                    done += 1;
                    if !changed.is_empty() {
                        audit(market, owners, &called);
                        // A claim of an LP is not in his wealth until it is paid.
                        let gained = market.wealth(caller) - wealth;
                        assert!(caller == market.lp || gained <= TOKEN as i128, "{called} earns {gained}");
                    }
                } else {
                    refused += 1;
                    assert!(changed.is_empty(), "{called} is refused and changes {changed:?}");
                    assert!(receipt.output.len() >= 4, "{called} fails without a name");
                }
                assert!(market.world.chain.revert(before));
            }
        }
    }
    [done, refused]
}

#[test]
fn extremes_in_any_argument_of_any_function_are_refused_by_name_or_right() {
    let (mut market, [trader, lp]) = populated();
    let owners = [trader, lp, market.world.owner];
    for caller in [trader, lp, market.world.owner] {
        let [done, refused] = try_all(&mut market, caller, &owners);
        assert!(done > 250 && refused > 1_000, "{done} done and {refused} refused");
    }
}

#[test]
fn extremes_after_a_settlement_are_refused_by_name_or_right() {
    let (mut market, [trader, lp]) = populated();
    market.settle_at(1, SPOT + 100);
    market.post_surface().unwrap();
    market.ledger(trader, &IClearing::setOperatorCall { operator: lp, until: FAR }).unwrap();
    let owners = [trader, lp, market.world.owner];
    let [done, refused] = try_all(&mut market, trader, &owners);
    assert!(done > 250 && refused > 1_000, "{done} done and {refused} refused");
    // After all that the account is paid as ever.
    let paid = market.settle_account(trader, 1).unwrap();
    assert_eq!(paid, 100 * TOKEN as i128);
    assert_eq!(market.read(&IMarket::accountBoardsCall { account: account::of(trader) }), vec![2]);
}
