// Compiles contracts/*.sol, those of ../../contracts/governance, and what is deployed of OpenZeppelin as it is, with
// the pinned compiler, and writes
// artifacts/<Name>.json.
//
//   node build.js           writes the artifacts
//   node build.js --check   writes nothing; fails if a committed artifact is not what its source compiles to
//
// The artifacts are committed, so that nothing but this script needs node.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const sourceDirs = [join(here, "contracts"), join(here, "../../contracts/governance")];
const artifactDir = join(here, "artifacts");

/** Contracts of packages that are deployed as they are. */
const packaged = ["@openzeppelin/contracts/proxy/transparent/TransparentUpgradeableProxy.sol"];

/** Every knob that changes the bytes. Metadata is left out of the code: it would tie it to comments. */
const settings = {
  optimizer: { enabled: true, runs: 10000 },
  evmVersion: "cancun",
  metadata: { appendCBOR: false, bytecodeHash: "none" },
  outputSelection: { "*": { "*": ["abi", "evm.bytecode.object", "evm.deployedBytecode.object"] } },
};

function fail(message) {
  console.error(`error: ${message}`);
  process.exit(1);
}

function loadCompiler() {
  try {
    return createRequire(import.meta.url)("solc");
  } catch (error) {
    fail(`the Solidity compiler is not installed (${error.code}): run \`npm ci\` in scripts/solidity`);
  }
}

/** The text of an import: a package's from node_modules, ours from the source folders. */
function readImport(path) {
  const dirs = path.startsWith("@") ? [join(here, "node_modules")] : sourceDirs;
  const file = dirs.map((dir) => join(dir, path)).find((file) => existsSync(file));
  return file ? { contents: readFileSync(file, "utf8") } : { error: `no file ${path} in ${dirs.join(" or ")}` };
}

function compile(solc, entry) {
  const name = basename(entry, ".sol");
  const sources = {};
  const read = (path) => {
    const found = readImport(path);
    if (found.contents !== undefined) sources[path] = found.contents;
    return found;
  };
  const input = { language: "Solidity", sources: { [entry]: { content: read(entry).contents } }, settings };
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: read }));
  // A warning of ours is an error; those of a package are its own.
  const ours = (e) => e.severity === "error" || !e.sourceLocation?.file.startsWith("@");
  const errors = (output.errors ?? []).filter(ours);
  if (errors.length) fail(errors.map((e) => e.formattedMessage).join("\n"));
  const { abi, evm } = output.contracts[entry][name];
  return {
    contractName: name,
    abi,
    bytecode: `0x${evm.bytecode.object}`,
    deployedBytecode: `0x${evm.deployedBytecode.object}`,
    compiler: { version: solc.version(), optimizerRuns: settings.optimizer.runs, evmVersion: settings.evmVersion },
    sourceHash: hashSources(sources),
  };
}

/** SHA-256 over the settings and every source file that the contract is made of, in the order of their paths. */
function hashSources(sources) {
  const hash = createHash("sha256").update(JSON.stringify(settings));
  for (const path of Object.keys(sources).sort()) {
    hash.update(`\n${path}\n${Buffer.byteLength(sources[path])}\n`).update(sources[path]);
  }
  return `0x${hash.digest("hex")}`;
}

function committed() {
  return existsSync(artifactDir) ? readdirSync(artifactDir).filter((file) => file.endsWith(".json")) : [];
}

function check(artifacts) {
  const stale = committed().filter((file) => !artifacts.has(file)).map((file) => `${file} has no source`);
  for (const [file, text] of artifacts) {
    const path = join(artifactDir, file);
    if (!existsSync(path)) stale.push(`${file} is missing`);
    else if (readFileSync(path, "utf8") !== text) stale.push(`${file} differs from its source`);
  }
  if (stale.length) fail(`${stale.join("; ")}: run \`npm run build\` in scripts/solidity and commit the artifacts`);
  console.log(`${artifacts.size} artifacts match their sources`);
}

function write(artifacts) {
  mkdirSync(artifactDir, { recursive: true });
  for (const file of committed()) if (!artifacts.has(file)) rmSync(join(artifactDir, file));
  for (const [file, text] of artifacts) {
    writeFileSync(join(artifactDir, file), text);
    console.log(`artifacts/${file}`);
  }
}

function main(args) {
  const unknown = args.find((arg) => arg !== "--check");
  if (unknown !== undefined) fail(`unknown argument ${unknown}: the only one is --check`);
  const solc = loadCompiler();
  const files = sourceDirs.flatMap((dir) => readdirSync(dir)).filter((file) => file.endsWith(".sol")).sort();
  const artifact = (entry) => `${JSON.stringify(compile(solc, entry), null, 2)}\n`;
  const entries = files.concat(packaged);
  const artifacts = new Map(entries.map((entry) => [`${basename(entry, ".sol")}.json`, artifact(entry)]));
  if (args.includes("--check")) check(artifacts);
  else write(artifacts);
}

main(process.argv.slice(2));
