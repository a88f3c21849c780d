// Drives the chain's JSON-RPC server with viem, unchanged, and fails at the first wrong answer.
//
//   node viem.js RPC_URL PRIVATE_KEY [ARTIFACTS_DIR]

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  BaseError,
  ContractFunctionRevertedError,
  createPublicClient,
  createTestClient,
  createWalletClient,
  defineChain,
  getAddress,
  http,
  parseEther,
  parseEventLogs,
  parseSignature,
  webSocket,
} from "viem";
import { privateKeyToAccount } from "viem/accounts";

const here = dirname(fileURLToPath(import.meta.url));
const [rpcUrl, privateKey, artifacts = join(here, "../../scripts/solidity/artifacts")] = process.argv.slice(2);
const { abi, bytecode } = JSON.parse(readFileSync(join(artifacts, "Stablecoin.json"), "utf8"));

const recipient = getAddress("0x00000000000000000000000000000000000a11ce");
const spender = getAddress("0x0000000000000000000000000000000000000b0b");

async function connect() {
  const transport = http(rpcUrl);
  const id = await createPublicClient({ transport }).getChainId();
  const chain = defineChain({
    id,
    name: "equipoise",
    nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
    rpcUrls: { default: { http: [rpcUrl], webSocket: [rpcUrl.replace("http", "ws")] } },
  });
  const account = privateKeyToAccount(privateKey);
  return {
    account,
    chain,
    reader: createPublicClient({ chain, transport, pollingInterval: 50 }),
    wallet: createWalletClient({ account, chain, transport, pollingInterval: 50 }),
    tester: createTestClient({ chain, mode: "anvil", transport }),
  };
}

async function deployStablecoin({ account, reader, wallet }) {
  const hash = await wallet.deployContract({ abi, bytecode, args: ["Test Dollar", "tUSD", account.address] });
  const receipt = await reader.waitForTransactionReceipt({ hash });
  assert.equal(receipt.status, "success");
  assert.equal(receipt.type, "eip1559");
  assert.equal((await reader.getCode({ address: receipt.contractAddress })).length > 2, true);
  return { address: receipt.contractAddress, abi };
}

async function transfersAndLogs({ account, reader, wallet }, token) {
  const minted = await wallet.writeContract({ ...token, functionName: "mint", args: [account.address, 5_000_000n] });
  await reader.waitForTransactionReceipt({ hash: minted });
  // A transaction of the old kind, whose fee is one gas price.
  const hash = await wallet.writeContract({
    ...token,
    functionName: "transfer",
    args: [recipient, 1_250_000n],
    type: "legacy",
  });
  const receipt = await reader.waitForTransactionReceipt({ hash });
  assert.equal(receipt.type, "legacy");
  const [parsed] = parseEventLogs({ abi, logs: receipt.logs, eventName: "Transfer" });
  assert.deepEqual(parsed.args, { from: account.address, to: recipient, value: 1_250_000n });

  const logs = await reader.getContractEvents({ ...token, eventName: "Transfer", fromBlock: 0n, strict: true });
  assert.deepEqual(logs.map((log) => log.args.value), [5_000_000n, 1_250_000n]);
  const mine = await reader.getContractEvents({
    ...token,
    eventName: "Transfer",
    args: { to: recipient },
    fromBlock: "earliest",
  });
  assert.equal(mine.length, 1);
  assert.equal(mine[0].transactionHash, hash);

  assert.equal(await reader.readContract({ ...token, functionName: "balanceOf", args: [recipient] }), 1_250_000n);
  assert.equal(await reader.readContract({ ...token, functionName: "decimals" }), 6);
}

async function revertsAreDecoded({ account, reader }, token) {
  const { result } = await reader.simulateContract({
    ...token,
    account,
    functionName: "transfer",
    args: [recipient, 1n],
  });
  assert.equal(result, true);
  const reverted = await reader
    .simulateContract({ ...token, account, functionName: "transfer", args: [recipient, parseEther("1")] })
    .then(() => assert.fail("the transfer is larger than the balance"))
    .catch((error) => error);
  assert.ok(reverted instanceof BaseError, String(reverted));
  const cause = reverted.walk((error) => error instanceof ContractFunctionRevertedError);
  assert.equal(cause?.data?.errorName, "ERC20InsufficientBalance");
  assert.deepEqual(cause.data.args, [account.address, 3_750_000n, parseEther("1")]);
}

async function permits({ account, chain, reader, wallet }, token) {
  const { timestamp } = await reader.getBlock();
  const deadline = timestamp + 3_600n;
  const value = 42n;
  const signature = await wallet.signTypedData({
    domain: { name: "Test Dollar", version: "1", chainId: chain.id, verifyingContract: token.address },
    types: {
      Permit: [
        { name: "owner", type: "address" },
        { name: "spender", type: "address" },
        { name: "value", type: "uint256" },
        { name: "nonce", type: "uint256" },
        { name: "deadline", type: "uint256" },
      ],
    },
    primaryType: "Permit",
    message: { owner: account.address, spender, value, nonce: 0n, deadline },
  });
  const { r, s, v } = parseSignature(signature);
  const hash = await wallet.writeContract({
    ...token,
    functionName: "permit",
    args: [account.address, spender, value, deadline, Number(v), r, s],
  });
  assert.equal((await reader.waitForTransactionReceipt({ hash })).status, "success");
  const allowance = await reader.readContract({
    ...token,
    functionName: "allowance",
    args: [account.address, spender],
  });
  assert.equal(allowance, value);
}

async function feesAndBlocks({ account, reader, wallet }) {
  const { maxFeePerGas } = await reader.estimateFeesPerGas();
  const history = await reader.getFeeHistory({ blockCount: 4, rewardPercentiles: [25, 75] });
  assert.equal(history.baseFeePerGas.length, history.gasUsedRatio.length + 1);
  assert.equal(history.reward.length, history.gasUsedRatio.length);
  const hash = await wallet.sendTransaction({ to: recipient, value: parseEther("1"), maxFeePerGas });
  const receipt = await reader.waitForTransactionReceipt({ hash, confirmations: 1 });
  assert.equal(receipt.gasUsed, 21_000n);
  assert.ok(receipt.effectiveGasPrice <= maxFeePerGas);
  assert.equal(await reader.getBalance({ address: recipient }), parseEther("1"));

  const block = await reader.getBlock({ blockHash: receipt.blockHash, includeTransactions: true });
  assert.equal(block.number, receipt.blockNumber);
  assert.deepEqual(block.transactions.map((it) => it.hash), [hash]);
  assert.equal(block.transactions[0].from, account.address.toLowerCase());
  const transaction = await reader.getTransaction({ hash });
  assert.equal(transaction.value, parseEther("1"));
  assert.equal(transaction.blockHash, block.hash);
}

async function control({ reader, tester }) {
  const snapshot = await tester.snapshot();
  await tester.setBalance({ address: spender, value: parseEther("7") });
  assert.equal(await reader.getBalance({ address: spender }), parseEther("7"));
  const before = await reader.getBlock();
  await tester.setNextBlockTimestamp({ timestamp: before.timestamp + 500n });
  await tester.mine({ blocks: 2, interval: 60 });
  const after = await reader.getBlock();
  assert.equal(after.number, before.number + 2n);
  assert.ok(after.timestamp >= before.timestamp + 560n, `${after.timestamp} after ${before.timestamp}`);

  await tester.impersonateAccount({ address: spender });
  const impersonating = createWalletClient({ account: spender, chain: reader.chain, transport: http(rpcUrl) });
  const hash = await impersonating.sendTransaction({ to: recipient, value: parseEther("2") });
  const receipt = await reader.waitForTransactionReceipt({ hash });
  assert.equal(receipt.from, spender.toLowerCase());
  await tester.stopImpersonatingAccount({ address: spender });

  await tester.revert({ id: snapshot });
  assert.equal(await reader.getBalance({ address: spender }), 0n);
  assert.equal((await reader.getBlock()).number, before.number);
}

async function filtersAndSubscriptions({ chain, reader, wallet }, token) {
  const filter = await reader.createContractEventFilter({ ...token, eventName: "Approval" });
  const subscriber = createPublicClient({ chain, transport: webSocket() });
  const heads = [];
  const logs = [];
  const unwatchHeads = subscriber.watchBlocks({ onBlock: (block) => heads.push(block.number) });
  const unwatchLogs = subscriber.watchContractEvent({ ...token, eventName: "Approval", onLogs: (it) => logs.push(...it) });
  // The subscriptions are in place once a request sent after them on the same socket is answered.
  await subscriber.getBlockNumber();
  await new Promise((resolve) => setTimeout(resolve, 200));

  const hash = await wallet.writeContract({ ...token, functionName: "approve", args: [spender, 9n] });
  const { blockNumber } = await reader.waitForTransactionReceipt({ hash });
  for (let wait = 0; wait < 100 && (logs.length === 0 || heads.length === 0); wait += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.equal(logs.length, 1);
  assert.equal(logs[0].args.value, 9n);
  assert.ok(heads.includes(blockNumber), `heads ${heads}, block ${blockNumber}`);
  unwatchHeads();
  unwatchLogs();
  (await subscriber.transport.getRpcClient()).close();

  const changes = await reader.getFilterChanges({ filter });
  assert.deepEqual(changes.map((log) => log.transactionHash), [hash]);
  assert.deepEqual(await reader.getFilterChanges({ filter }), []);
  assert.equal(await reader.uninstallFilter({ filter }), true);
}

const clients = await connect();
const token = await deployStablecoin(clients);
await transfersAndLogs(clients, token);
await revertsAreDecoded(clients, token);
await permits(clients, token);
await feesAndBlocks(clients);
await control(clients);
await filtersAndSubscriptions(clients, token);
console.log("viem: every answer as expected");
