use super::*;

fn address(byte: u8) -> Address {
    Address::repeat_byte(byte)
}

fn funded(wei: u64) -> AccountInfo {
    AccountInfo { balance: U256::from(wei), ..AccountInfo::default() }
}

#[test]
fn revert_restores_accounts_and_slots() {
    let mut state = State::default();
    state.set_info(address(1), funded(5));
    state.set_slot(address(1), U256::from(1), U256::from(10));
    let mark = state.mark();
    state.set_info(address(1), funded(6));
    state.set_info(address(2), funded(7));
    state.set_slot(address(1), U256::from(1), U256::ZERO);
    state.remove(address(1));
    assert_eq!(state.info(address(1)), None);

    assert!(state.revert(mark));
    assert_eq!(state.info(address(1)), Some(funded(5)));
    assert_eq!(state.info(address(2)), None);
    assert_eq!(state.slot(address(1), U256::from(1)), U256::from(10));
}

#[test]
fn overlay_shows_the_values_of_then() {
    let mut state = State::default();
    state.set_slot(address(1), U256::from(1), U256::from(10));
    let mark = state.mark();
    state.set_slot(address(1), U256::from(1), U256::from(11));
    state.set_slot(address(1), U256::from(1), U256::from(12));
    state.set_info(address(3), funded(1));

    state.overlay = state.overlay_at(mark).unwrap();
    assert_eq!(state.slot(address(1), U256::from(1)), U256::from(10));
    assert_eq!(state.info(address(3)), None);
    state.overlay = Overlay::default();
    assert_eq!(state.slot(address(1), U256::from(1)), U256::from(12));
}

#[test]
fn forgotten_marks_cannot_be_returned_to() {
    let mut state = State::default();
    let mark = state.mark();
    state.set_info(address(1), funded(1));
    state.forget_before(state.mark());
    assert!(!state.revert(mark));
    assert!(state.overlay_at(mark).is_none());
    assert_eq!(state.info(address(1)), Some(funded(1)));
}
