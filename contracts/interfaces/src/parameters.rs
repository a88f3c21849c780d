use crate::sol;

sol! {
    /// One number to be set: its place in its group, and what it shall be in millionths.
    #[derive(Debug, PartialEq, Eq)]
    struct Tuning { uint8 parameter; uint32 millionths; }

    /// What is ruled about a number, in millionths. Riskier: 0 up, 1 down, 2 either. A step is of the number itself if it is
    /// relative.
    #[derive(Debug, PartialEq, Eq)]
    struct TuningRule {
        uint32 min;
        uint32 max;
        uint32 initially;
        uint32 step;
        bool isRelative;
        uint64 intervalSecs;
        uint8 riskier;
        bool bindsExisting;
    }

    /// The parameters' registry: what a vote, or the guardian, may make of the numbers that other programs keep.
    ///
    /// Groups: 0 a market's parameters, 1 its margin, 2 the clearing house's offset, 3 the vault's terms, 4 a market's insurance
    /// floor, in millions of tokens. Kinds of programs: 1 market, 2 clearing house, 3 vault.
    #[derive(Debug)]
    interface IParameters {
        // The owner
        /// Lets the numbers of a program be changed here. It must have named this registry.
        function register(address target, uint8 kind) external;
        function transferOwnership(address successor) external;
        function acceptOwnership() external;

        // The governor
        /// Changes numbers of a group, by rising place. The others stay as they are.
        function change(address target, uint8 group, Tuning[] changes) external;
        /// Names who is due the vault's fees.
        function setFeeRecipient(address target, address recipient) external;

        // The guardian
        /// The same at once, but only away from risk.
        function tighten(address target, uint8 group, Tuning[] changes) external;

        // Views
        function rules(uint8 group) external view returns (TuningRule[] list);
        /// A group's numbers in millionths, as the program has them.
        function values(address target, uint8 group) external view returns (uint32[] millionths);
        /// When a vote changed each of them last, zero for never.
        function changedAt(address target, uint8 group) external view returns (uint64[] times);
        /// From when on a vote may change each of them again.
        function earliest(address target, uint8 group) external view returns (uint64[] times);
        function kind(address target) external view returns (uint8);
        function governor() external view returns (address);
        /// Whom the governor names.
        function guardian() external view returns (address);
        function clearing() external view returns (address);
        function owner() external view returns (address);
    }

    /// A program whose numbers the registry changes.
    #[derive(Debug)]
    interface ITuned {
        /// Names the registry, once. Owner only. From then on nobody else changes the numbers.
        function nameRegistry(address program) external;
        function registry() external view returns (address);
    }

    /// The registry's governor: it names the guardian.
    #[derive(Debug)]
    interface IGuarded {
        function guardian() external view returns (address);
    }

    #[derive(Debug, PartialEq, Eq)]
    event ParameterChanged(
        address indexed target, uint8 indexed group, uint8 indexed parameter, uint32 oldMillionths, uint32 newMillionths,
        bool isByGuardian
    );
    #[derive(Debug, PartialEq, Eq)]
    event TargetRegistered(address indexed target, uint8 kind);
    #[derive(Debug, PartialEq, Eq)]
    event RegistryNamed(address indexed registry);

    /// There is no such kind of program, or its group has no such number.
    #[derive(Debug, PartialEq, Eq)]
    error ParametersKindUnknown(uint8 kind);
    /// The program is not registered, or it has no such group.
    #[derive(Debug, PartialEq, Eq)]
    error ParametersTargetUnknown(address target, uint8 group);
    #[derive(Debug, PartialEq, Eq)]
    error ParametersAlreadyRegistered(address target);
    /// The program takes its numbers from somebody else: have its owner name this registry first.
    #[derive(Debug, PartialEq, Eq)]
    error ParametersRegistryNotNamed(address target, address named);
    #[derive(Debug, PartialEq, Eq)]
    error ParametersNothingToChange();
    /// The group has no such number, or the changes do not come by rising place.
    #[derive(Debug, PartialEq, Eq)]
    error ParametersOutOfOrder(uint8 group, uint8 parameter, uint8 count);
    #[derive(Debug, PartialEq, Eq)]
    error ParameterUnchanged(uint8 group, uint8 parameter, uint32 value);
    #[derive(Debug, PartialEq, Eq)]
    error ParameterOutOfBounds(uint8 group, uint8 parameter, uint32 value, uint32 min, uint32 max);
    #[derive(Debug, PartialEq, Eq)]
    error ParameterStepTooLarge(uint8 group, uint8 parameter, uint32 value, uint32 current, uint32 step);
    #[derive(Debug, PartialEq, Eq)]
    error ParameterTooEarly(uint8 group, uint8 parameter, uint64 nowAt, uint64 earliest);
    /// A guardian only tightens.
    #[derive(Debug, PartialEq, Eq)]
    error ParameterLoosened(uint8 group, uint8 parameter, uint32 value, uint32 current);
    /// It asks more of who holds something already: that takes a vote, which has waited in the timelock.
    #[derive(Debug, PartialEq, Eq)]
    error ParameterBindsExisting(uint8 group, uint8 parameter);
    #[derive(Debug, PartialEq, Eq)]
    error ParametersInconsistent(uint8 group, uint8 lesser, uint8 greater);
}
