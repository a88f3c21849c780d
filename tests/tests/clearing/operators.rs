//! Operators, appointed by word or by signature.

use alloy_primitives::{keccak256, Address, Bytes, B256, U256};
use alloy_signer::SignerSync;
use alloy_signer_local::PrivateKeySigner;
use alloy_sol_types::SolValue;
use equipoise_interfaces::account::{of, sub};
use equipoise_interfaces::{ClearingNotAuthorised, IClearing, SignatureDeadlinePassed, SignatureInvalid};
use equipoise_tests::TestMarket;

use crate::fixture::{nothing, setup, trade_of, Setup};

const TYPE: &str = "SetOperator(address owner,address operator,uint64 until,uint256 nonce,uint64 deadline)";
const DOMAIN_TYPE: &str = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)";
const FAR: u64 = u64::MAX;

fn key(byte: u8) -> PrivateKeySigner {
    PrivateKeySigner::from_bytes(&B256::repeat_byte(byte)).unwrap()
}

/// What is signed, on a chain and for a program.
fn digest_on(
    chain: u64,
    program: Address,
    owner: Address,
    operator: Address,
    until: u64,
    nonce: u64,
    deadline: u64,
) -> B256 {
    let domain = (keccak256(DOMAIN_TYPE), keccak256("Equipoise Clearing"), keccak256("1"), U256::from(chain), program);
    let domain = keccak256(domain.abi_encode());
    let message = (keccak256(TYPE), owner, operator, until, U256::from(nonce), deadline);
    let message = keccak256(message.abi_encode());
    keccak256([&[0x19, 0x01], domain.as_slice(), message.as_slice()].concat())
}

impl Setup {
    fn digest(&mut self, owner: Address, operator: Address, nonce: u64, deadline: u64) -> B256 {
        let chain = self.world.chain.chain_id();
        digest_on(chain, self.clearing, owner, operator, FAR, nonce, deadline)
    }

    fn submit_signed(
        &mut self,
        owner: Address,
        operator: Address,
        deadline: u64,
        signature: Vec<u8>,
    ) -> Result<(), equipoise_tests::Failure> {
        let relayer = self.world.account("relayer");
        let signature = Bytes::from(signature);
        let call = IClearing::setOperatorBySignatureCall { owner, operator, until: FAR, deadline, signature };
        self.send(relayer, &call).map(|_| ())
    }

    fn is_operator(&mut self, owner: Address, operator: Address) -> bool {
        self.world.read(self.clearing, &IClearing::isOperatorCall { owner, operator })
    }
}

#[test]
fn operators_trade_for_all_accounts_of_an_owner_until_their_time_is_up() {
    let mut setup = setup();
    let trader = setup.trader("trader", 100);
    let operator = setup.world.account("operator");
    let until = setup.world.chain.timestamp() + 100;
    let trade = |account| trade_of(account, operator, 1, 1, false, nothing());
    let refused = setup.by_market(&trade(of(trader))).unwrap_err();
    refused.expect(&ClearingNotAuthorised { account: of(trader), caller: operator });
    setup.send(trader, &IClearing::setOperatorCall { operator, until }).unwrap();
    setup.by_market(&trade(of(trader))).unwrap();
    let spread = IClearing::transferCashCall { from: of(trader), to: sub(trader, 3), amountAtoms: U256::from(20) };
    setup.send(operator, &spread).unwrap();
    setup.by_market(&trade(sub(trader, 3))).unwrap();
    setup.world.go_to(until + 1);
    let refused = setup.by_market(&trade(of(trader))).unwrap_err();
    refused.expect(&ClearingNotAuthorised { account: of(trader), caller: operator });
    assert!(!setup.is_operator(trader, operator));
    // Zero revokes.
    setup.send(trader, &IClearing::setOperatorCall { operator, until: FAR }).unwrap();
    assert!(setup.is_operator(trader, operator));
    setup.send(trader, &IClearing::setOperatorCall { operator, until: 0 }).unwrap();
    assert!(!setup.is_operator(trader, operator));
}

#[test]
fn operators_take_nothing_out() {
    let mut setup = setup();
    let trader = setup.trader("trader", 100);
    let operator = setup.world.account("operator");
    setup.send(trader, &IClearing::setOperatorCall { operator, until: FAR }).unwrap();
    let refused = ClearingNotAuthorised { account: of(trader), caller: operator };
    let (account, amount) = (of(trader), U256::ONE);
    for to in [operator, trader] {
        let out = IClearing::withdrawFromCall { account, amountAtoms: amount, to };
        setup.send(operator, &out).unwrap_err().expect(&refused);
    }
    let give = IClearing::transferCashCall { from: account, to: of(operator), amountAtoms: amount };
    setup.send(operator, &give).unwrap_err().expect(&refused);
}

#[test]
fn a_signature_appoints_once_and_never_when_replayed_late_foreign_or_malleable() {
    let mut setup = setup();
    let (signer, operator) = (key(0x42), setup.world.account("operator"));
    let owner = signer.address();
    let deadline = setup.world.chain.timestamp() + 1_000;
    let digest = setup.digest(owner, operator, 0, deadline);
    let invalid = |digest| SignatureInvalid { signer: owner, digest };
    let bytes = |digest: B256| signer.sign_hash_sync(&digest).unwrap().as_bytes().to_vec();

    // Somebody else's, for another program, of another chain, with another deadline, cut short, of nobody.
    let chain = setup.world.chain.chain_id();
    let (clearing, market) = (setup.clearing, setup.market);
    let stranger = key(0x43).sign_hash_sync(&digest).unwrap().as_bytes().to_vec();
    let foreign = bytes(digest_on(chain + 1, clearing, owner, operator, FAR, 0, deadline));
    let misdirected = bytes(digest_on(chain, market, owner, operator, FAR, 0, deadline));
    let nobody = [vec![0; 64], vec![27]].concat();
    for wrong in [stranger, foreign, misdirected, bytes(digest)[..64].to_vec(), nobody, Vec::new()] {
        setup.submit_signed(owner, operator, deadline, wrong).unwrap_err().expect(&invalid(digest));
    }
    let zero = setup.digest(Address::ZERO, operator, 0, deadline);
    let of_nobody = [vec![0; 64], vec![28]].concat();
    let refused = setup.submit_signed(Address::ZERO, operator, deadline, of_nobody).unwrap_err();
    refused.expect(&SignatureInvalid { signer: Address::ZERO, digest: zero });
    // The twin with the larger s recovers the same key and is refused.
    let good = bytes(digest);
    let order = U256::from_str_radix("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", 16).unwrap();
    let mut twin = good.clone();
    let s = order - U256::from_be_slice(&good[32..64]);
    twin[32..64].copy_from_slice(&s.to_be_bytes::<32>());
    twin[64] = 27 + 28 - good[64];
    setup.submit_signed(owner, operator, deadline, twin).unwrap_err().expect(&invalid(digest));

    assert_eq!(setup.world.read(clearing, &IClearing::noncesCall { owner }), U256::ZERO);
    setup.submit_signed(owner, operator, deadline, good.clone()).unwrap();
    assert!(setup.is_operator(owner, operator));
    assert_eq!(setup.world.read(clearing, &IClearing::noncesCall { owner }), U256::ONE);
    let next = setup.digest(owner, operator, 1, deadline);
    setup.submit_signed(owner, operator, deadline, good).unwrap_err().expect(&invalid(next));

    setup.world.go_to(deadline + 1);
    let now = setup.world.chain.timestamp();
    let late = setup.submit_signed(owner, operator, deadline, bytes(next)).unwrap_err();
    let late = late.decode::<SignatureDeadlinePassed>().unwrap();
    assert!(late.deadline == deadline && late.nowAt >= now);
}

#[test]
fn a_contract_signs_as_it_says() {
    let mut setup = setup();
    let operator = setup.world.account("operator");
    let (owner, wallet) = (setup.world.owner, setup.world.deploy("TestMarket", Vec::new()));
    let deadline = setup.world.chain.timestamp() + 1_000;
    let digest = setup.digest(wallet, operator, 0, deadline);
    for signature in [vec![], vec![7; 65], vec![1; 31]] {
        let refused = setup.submit_signed(wallet, operator, deadline, signature).unwrap_err();
        refused.expect(&SignatureInvalid { signer: wallet, digest });
    }
    setup.world.send(owner, wallet, &TestMarket::confirmCall { digest }).unwrap();
    setup.submit_signed(wallet, operator, deadline, vec![1; 31]).unwrap();
    assert!(setup.is_operator(wallet, operator));
}
