// Reads, quotes and trades on a served demo with viem, unchanged, and fails at the first wrong answer.
//
//   node served.mjs RPC_URL PRIVATE_KEY TOKEN FEED MARKET CLEARING
//
// The key is of a trader who holds tokens; addresses and keys are what `equipoise demo --serve` prints.

import assert from "node:assert/strict";
import {
  BaseError,
  ContractFunctionRevertedError,
  createPublicClient,
  createWalletClient,
  defineChain,
  getAbiItem,
  http,
  pad,
  parseAbi,
  parseEther,
  parseUnits,
} from "viem";
import { privateKeyToAccount } from "viem/accounts";

const [rpcUrl, privateKey, tokenAddress, feedAddress, marketAddress, clearingAddress] = process.argv.slice(2);

const token = {
  address: tokenAddress,
  abi: parseAbi([
    "function approve(address spender, uint256 value) returns (bool)",
    "function decimals() view returns (uint8)",
  ]),
};
const feed = {
  address: feedAddress,
  abi: parseAbi([
    "function latestRoundData() view returns (uint80 id, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)",
  ]),
};
const clearing = {
  address: clearingAddress,
  abi: parseAbi([
    "function deposit(uint256 amountAtoms)",
    "function cashOf(bytes32 account) view returns (int256 cashAtoms, uint8 heldMarkets, uint8 shortMarkets, bool isInAuction)",
    "function accountMargin(bytes32 account) view returns (int256 equityAtoms, uint256 maintenanceAtoms, uint256 initialAtoms, uint8 state)",
    "function vaultCash(address market) view returns (int256 cashAtoms)",
  ]),
};
const market = {
  address: marketAddress,
  abi: parseAbi([
    "struct Leg { uint32 series; int256 sizeWad; }",
    "struct Quote { int256 costAtoms; int256 midAtoms; int256 skewAtoms; uint256 spreadAtoms; uint256 feeAtoms; uint256 spotWad; }",
    "function nav() view returns (int256 navAtoms, uint256 uncertaintyAtoms, uint256 reserveAtoms, uint256 redeemableAtoms, uint64 priceAt, bool isSettlementPending)",
    "function liveBoards() view returns (uint16[] ids)",
    "function strikes(uint16 board) view returns (uint256[] strikesWad)",
    "function positions(bytes32 account, uint16 board) view returns (int256[] sizesWad)",
    "function quote(Leg[] legs) view returns (Quote quoted)",
    "function trade(Leg[] legs, int256 maxCostAtoms, uint64 deadline) returns (int256 costAtoms)",
    "event OptionTraded(bytes32 indexed account, Quote quoted, int256 vaultCashAtoms, int256 dollarDeltaWad, int256 vegaWad, uint256 penaltyWad, uint256 skewReserveAtoms, Leg[] legs)",
    "error MarketSlippageExceeded(int256 costAtoms, int256 maxCostAtoms)",
    "error MarketDeadlinePassed(uint64 deadline, uint64 nowAt)",
    "error MarketSeriesUnknown(uint32 series)",
    "error ClearingMarginShort(bytes32 account, int256 equityAtoms, uint256 requiredAtoms)",
  ]),
};

const account = privateKeyToAccount(privateKey);
const accountId = pad(account.address, { dir: "right", size: 32 }).toLowerCase();
const oneContract = parseEther("1");

async function connect() {
  const transport = http(rpcUrl);
  const id = await createPublicClient({ transport }).getChainId();
  const chain = defineChain({
    id,
    name: "equipoise",
    nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
    rpcUrls: { default: { http: [rpcUrl] } },
  });
  return {
    reader: createPublicClient({ chain, transport, pollingInterval: 50, cacheTime: 0 }),
    wallet: createWalletClient({ account, chain, transport }),
  };
}

const { reader, wallet } = await connect();
const read = (contract, functionName, args = []) => reader.readContract({ ...contract, functionName, args });

async function write(contract, functionName, args) {
  const hash = await wallet.writeContract({ ...contract, functionName, args });
  const receipt = await reader.waitForTransactionReceipt({ hash });
  assert.equal(receipt.status, "success", functionName);
  return receipt;
}

/** The typed error that a trade would revert with. */
async function refusal(args) {
  const error = await reader
    .simulateContract({ ...market, account, functionName: "trade", args })
    .then(() => assert.fail("the trade is not refused"))
    .catch((reason) => reason);
  assert.ok(error instanceof BaseError, String(error));
  const cause = error.walk((it) => it instanceof ContractFunctionRevertedError);
  assert.ok(cause?.data, String(error));
  return { name: cause.data.errorName, args: cause.data.args };
}

/** The put with the lowest strike of the last expiry, and what it takes to secure one with cash. */
async function lowestPut(decimals) {
  const board = (await read(market, "liveBoards")).at(-1);
  const [strikeWad] = await read(market, "strikes", [board]);
  const securedAtoms = strikeWad / 10n ** BigInt(18 - decimals);
  return { board, place: 1, series: board * 256 + 1, securedAtoms };
}

async function deposit(amountAtoms) {
  await write(token, "approve", [clearing.address, amountAtoms]);
  await write(clearing, "deposit", [amountAtoms]);
}

async function errorsAreDecoded({ series, securedAtoms }, deadline) {
  const legs = [{ series, sizeWad: -oneContract }];
  // Nobody pays a put's whole strike for it.
  const slipped = await refusal([legs, -securedAtoms, deadline]);
  assert.equal(slipped.name, "MarketSlippageExceeded");
  assert.equal(slipped.args[1], -securedAtoms);
  assert.ok(slipped.args[0] < 0n && slipped.args[0] > -securedAtoms, String(slipped.args));

  const { timestamp } = await reader.getBlock();
  const late = await refusal([legs, 0n, timestamp - 1n]);
  assert.equal(late.name, "MarketDeadlinePassed");
  assert.equal(late.args[0], timestamp - 1n);
  assert.ok(late.args[1] >= timestamp, String(late.args));

  const unknown = 0xffff00;
  const nowhere = await refusal([[{ series: unknown, sizeWad: oneContract }], 0n, deadline]);
  assert.deepEqual(nowhere, { name: "MarketSeriesUnknown", args: [unknown] });

  // The clearing house refuses, and its error comes through the market as it is.
  const [cashAtoms] = await read(clearing, "cashOf", [accountId]);
  // A short is charged at least a hundredth of the forward, which is above the lowest strike.
  const contracts = (100n * cashAtoms) / securedAtoms + 2n;
  const unsecured = await refusal([[{ series, sizeWad: -oneContract * contracts }], 0n, deadline]);
  assert.equal(unsecured.name, "ClearingMarginShort");
  const [debtor, heldAtoms, requiredAtoms] = unsecured.args;
  assert.equal(debtor, accountId);
  assert.ok(requiredAtoms > heldAtoms && requiredAtoms < securedAtoms * contracts, String(unsecured.args));
}

async function shortPutIsMargined({ board, place, series, securedAtoms }, deadline) {
  const legs = [{ series, sizeWad: -oneContract }];
  const [cashBefore] = await read(clearing, "cashOf", [accountId]);
  const [, , requiredBefore] = await read(clearing, "accountMargin", [accountId]);
  const quoted = await read(market, "quote", [legs]);
  const { costAtoms, midAtoms, skewAtoms, spreadAtoms, feeAtoms } = quoted;
  assert.equal(costAtoms, midAtoms + skewAtoms + spreadAtoms + feeAtoms);
  assert.ok(costAtoms < 0n && midAtoms < costAtoms, `the vault pays ${-costAtoms}, less than the mid ${-midAtoms}`);

  // The feed ticks between quote and trade: a tenth of slack.
  const maxCostAtoms = (costAtoms * 9n) / 10n;
  const { request, result } = await reader.simulateContract({
    ...market,
    account,
    functionName: "trade",
    args: [legs, maxCostAtoms, deadline],
  });
  assert.ok(result < 0n && result <= maxCostAtoms);
  const hash = await wallet.writeContract(request);
  const receipt = await reader.waitForTransactionReceipt({ hash });
  assert.equal(receipt.status, "success");

  const logs = await reader.getLogs({
    address: market.address,
    event: getAbiItem({ abi: market.abi, name: "OptionTraded" }),
    args: { account: accountId },
    fromBlock: receipt.blockNumber,
    toBlock: receipt.blockNumber,
    strict: true,
  });
  assert.equal(logs.length, 1);
  const [{ args: traded, transactionHash }] = logs;
  assert.equal(transactionHash, hash);
  assert.equal(traded.account, accountId);
  assert.deepEqual(traded.legs, legs);
  assert.ok(traded.quoted.costAtoms <= maxCostAtoms, `${traded.quoted.costAtoms} over ${maxCostAtoms}`);
  assert.equal(traded.vaultCashAtoms, await read(clearing, "vaultCash", [market.address]));

  const [cash] = await read(clearing, "cashOf", [accountId]);
  const [, , required] = await read(clearing, "accountMargin", [accountId]);
  assert.equal(cash, cashBefore - traded.quoted.costAtoms);
  assert.ok(required > requiredBefore && required < requiredBefore + securedAtoms, `${required} required`);
  const sizes = await read(market, "positions", [accountId, board]);
  assert.equal(sizes[place], -oneContract);
  assert.ok(sizes.every((size, index) => index === place || size === 0n), String(sizes));
}

async function feedTicks() {
  const [id, answer, , updatedAt] = await read(feed, "latestRoundData");
  const later = async () => {
    // Three times what three answers take: the machine may be busy.
    for (const end = Date.now() + 18_000; Date.now() < end; ) {
      const round = await read(feed, "latestRoundData");
      if (round[0] > id && round[1] !== answer) return round;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    return assert.fail(`the feed still answers ${answer}, round ${id}`);
  };
  const [, laterAnswer, , laterUpdatedAt] = await later();
  assert.ok(laterAnswer > 0n && laterUpdatedAt > updatedAt, `${laterUpdatedAt} after ${updatedAt}`);
  const [navAtoms, , , , priceAt, isSettlementPending] = await read(market, "nav");
  assert.ok(navAtoms > 0n && priceAt >= laterUpdatedAt, `price of ${priceAt}, feed of ${laterUpdatedAt}`);
  assert.equal(isSettlementPending, false);
}

const decimals = await read(token, "decimals");
const { timestamp } = await reader.getBlock();
const deadline = timestamp + 3_600n;
const put = await lowestPut(decimals);
await deposit(put.securedAtoms / 2n);
await errorsAreDecoded(put, deadline);
await shortPutIsMargined(put, deadline);
await feedTicks();
console.log("viem: quoted, refused, traded and ticked as expected");
