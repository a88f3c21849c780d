use crate::sol;

sol! {
    /// What a contract that takes ERC-1155 tokens answers.
    #[derive(Debug)]
    interface IERC1155Receiver {
        function onERC1155Received(address operator, address from, uint256 id, uint256 value, bytes data)
            external returns (bytes4);
        function onERC1155BatchReceived(address operator, address from, uint256[] ids, uint256[] values, bytes data)
            external returns (bytes4);
    }

    /// Fully paid long options of one market as ERC-1155 tokens.
    ///
    /// A token's id is its series. One unit of it is one lot, a thousandth of a contract: amounts are
    /// whole numbers of lots everywhere here, and the metadata tells wallets to show three decimals.
    #[derive(Debug)]
    interface IWrapper {
        // Anybody, for accounts he owns or operates; the owner has made the wrapper his operator
        /// Moves longs out of an account and mints as many tokens to `to`, who is the owner if an operator calls.
        function wrap(bytes32 fromAccount, uint32 series, uint256 lots, address to) external;
        /// Burns the caller's tokens and moves as many longs into an account.
        function unwrap(uint32 series, uint256 lots, bytes32 toAccount) external;

        // After settlement
        /// Burns the caller's tokens, all of them for the largest number, and pays their part of what the board's
        /// account received into any account. Settles the board's account first if nobody has.
        function redeem(uint32 series, uint256 lots, bytes32 toAccount) external returns (uint256 payoutAtoms);
        /// Settles what is wrapped of a board and fixes what all its tokens share. Anybody may call, again and again.
        function settle(uint16 board) external returns (uint256 receivedAtoms);
        /// What `redeem` would pay, once the board is settled here.
        function previewRedeem(uint32 series, uint256 lots) external view returns (uint256 payoutAtoms);

        function totalSupply(uint256 id) external view returns (uint256 lots);
        /// The account that holds what is wrapped of a board.
        function accountOf(uint16 board) external view returns (bytes32 account);
        function market() external view returns (address);
        function clearing() external view returns (address);
        function underlying() external view returns (bytes32 symbol);

        // ERC-1155, its metadata, ERC-165
        function balanceOf(address owner, uint256 id) external view returns (uint256 lots);
        function balanceOfBatch(address[] owners, uint256[] ids) external view returns (uint256[] lots);
        function setApprovalForAll(address operator, bool approved) external;
        function isApprovedForAll(address owner, address operator) external view returns (bool);
        function safeTransferFrom(address from, address to, uint256 id, uint256 value, bytes data) external;
        function safeBatchTransferFrom(address from, address to, uint256[] ids, uint256[] values, bytes data) external;
        function uri(uint256 id) external view returns (string);
        function supportsInterface(bytes4 interfaceId) external view returns (bool);
    }

    #[derive(Debug)]
    event TransferSingle(address indexed operator, address indexed from, address indexed to, uint256 id, uint256 value);
    #[derive(Debug)]
    event TransferBatch(
        address indexed operator, address indexed from, address indexed to, uint256[] ids, uint256[] values
    );
    #[derive(Debug)]
    event ApprovalForAll(address indexed account, address indexed operator, bool approved);
    #[derive(Debug)]
    event OptionWrapped(bytes32 indexed account, uint32 indexed series, address indexed to, uint256 lots);
    #[derive(Debug)]
    event OptionUnwrapped(bytes32 indexed account, uint32 indexed series, address indexed from, uint256 lots);
    #[derive(Debug)]
    event OptionRedeemed(
        bytes32 indexed account, uint32 indexed series, address indexed from, uint256 lots, uint256 payoutAtoms
    );
    /// What is wrapped of a board is settled: its tokens share what was received.
    #[derive(Debug)]
    event WrappedBoardSettled(uint16 indexed board, uint256 receivedAtoms, uint256 settlementPriceWad);

    #[derive(Debug, PartialEq, Eq)]
    error WrapperUnderlyingInvalid(bytes32 symbol);
    #[derive(Debug, PartialEq, Eq)]
    error WrapperSeriesUnknown(uint256 id);
    #[derive(Debug, PartialEq, Eq)]
    error WrapperLotsOutOfRange(uint256 lots, uint256 mostLots);
    #[derive(Debug, PartialEq, Eq)]
    error WrapperCallerNotAuthorised(address caller, bytes32 account);
    /// An operator wraps for the account's owner only: he may not take what he operates.
    #[derive(Debug, PartialEq, Eq)]
    error WrapperReceiverNotOwner(address receiver, address owner);
    /// What is wrapped of the board is settled: redeem instead.
    #[derive(Debug, PartialEq, Eq)]
    error WrapperBoardSettled(uint16 board);
    /// What is wrapped of the board is not settled yet: call `settle` after the market has settled the board.
    #[derive(Debug, PartialEq, Eq)]
    error WrapperBoardNotSettled(uint16 board);
    #[derive(Debug, PartialEq, Eq)]
    error WrapperNothingToRedeem(uint32 series, uint256 lots);

    // ERC-6093
    #[derive(Debug, PartialEq, Eq)]
    error ERC1155InsufficientBalance(address sender, uint256 balance, uint256 needed, uint256 tokenId);
    #[derive(Debug, PartialEq, Eq)]
    error ERC1155InvalidSender(address sender);
    #[derive(Debug, PartialEq, Eq)]
    error ERC1155InvalidReceiver(address receiver);
    #[derive(Debug, PartialEq, Eq)]
    error ERC1155MissingApprovalForAll(address operator, address owner);
    #[derive(Debug, PartialEq, Eq)]
    error ERC1155InvalidOperator(address operator);
    #[derive(Debug, PartialEq, Eq)]
    error ERC1155InvalidArrayLength(uint256 idsLength, uint256 valuesLength);
}
