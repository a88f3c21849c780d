//! What calls cost, whole transactions with all programs cached, over the stand-in for the market and the clearing
//! house, whose own part is small beside theirs.

use alloy_primitives::U256;
use equipoise_interfaces::account::of;

use crate::fixture::{call_of, setup, WAD};

#[test]
fn calls_stay_within_their_bounds() {
    let mut setup = setup();
    let [alice, bob, _] = setup.owners;
    let series = call_of(1, 0);
    setup.give(of(alice), series, 100);
    setup.give(of(bob), series, 100);
    setup.wrap(bob, series, 50, bob).unwrap();
    let mut costs = vec![("wrap, the owner's first", setup.wrap(alice, series, 10, alice).unwrap().gas_used, FIRST)];
    costs.push(("wrap", setup.wrap(alice, series, 10, alice).unwrap().gas_used, WRAP));
    costs.push(("transfer", setup.transfer(alice, alice, bob, series, 5).unwrap().gas_used, TRANSFER));
    costs.push(("unwrap", setup.unwrap(alice, series, 5).unwrap().gas_used, UNWRAP));
    setup.settle_in_market(1, 3_100, WAD);
    setup.redeem(alice, series, U256::ONE).unwrap();
    costs.push(("settle and redeem", setup.world.gas["redeem(uint32,uint256,bytes32)"], SETTLE));
    setup.redeem(alice, series, U256::ONE).unwrap();
    costs.push(("redeem", setup.world.gas["redeem(uint32,uint256,bytes32)"], REDEEM));
    for (name, gas, most) in costs {
        println!("{name}: {gas} gas of {most}");
        assert!(gas <= most, "{name} costs {gas} gas, more than {most}");
    }
}

const FIRST: u64 = 95_500;
const WRAP: u64 = 77_500;
const TRANSFER: u64 = 57_500;
const UNWRAP: u64 = 76_500;
const SETTLE: u64 = 191_000;
const REDEEM: u64 = 100_500;
