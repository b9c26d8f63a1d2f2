namespace EdgeMesh.Agent.Models.Store;

/// <summary>What can go wrong when a model is fetched, installed or checked.</summary>
public enum StoreFailure
{
    SourceFailed,
    WrongHash,
    Truncated,
    DiskFull,
    TooLarge,
    NotEnoughMemory,
    UnsafePath,
    RefusedAddress,
    RefusedFolder,
    NotFound,
    NeedsToken,
    BadArchive,
    InUse,
    NeedsConfirmation,
}

/// <summary>An expected failure of the model store: its name, its cause and the remedy in words.</summary>
public sealed class ModelStoreException : Exception
{
    public ModelStoreException()
        : this(StoreFailure.SourceFailed, "")
    {
    }

    public ModelStoreException(string message)
        : this(StoreFailure.SourceFailed, message)
    {
    }

    public ModelStoreException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public ModelStoreException(StoreFailure failure, string cause)
        : base(cause) => Failure = failure;

    public StoreFailure Failure { get; }

    /// <summary>The same request may work in a moment.</summary>
    public bool Transient { get; init; }

    /// <summary>The remedy where the usual one of its kind does not fit; null else.</summary>
    public string? Advice { get; init; }

    /// <summary>What a person can do about it.</summary>
    public string Remedy => Advice ?? Failure switch
    {
        StoreFailure.WrongHash => "Get it again. If it happens again, the file was changed at its source: choose another source.",
        StoreFailure.Truncated => "Get it again; what was fetched is kept.",
        StoreFailure.DiskFull => "Free space on the device, or remove a model.",
        StoreFailure.TooLarge => "Choose a smaller model, or raise the limit in the settings.",
        StoreFailure.NotEnoughMemory => "Choose a smaller model, or install it anyway if memory will be free when it runs.",
        StoreFailure.UnsafePath or StoreFailure.BadArchive => "Do not trust this source; choose another one.",
        StoreFailure.RefusedAddress => "Use a public address, or, if the host is yours, start the agent there with --allow-hosts (EdgeMesh:Models:AllowedHosts for the dashboard's own device).",
        StoreFailure.NotFound => "Check the name and the version.",
        StoreFailure.NeedsToken => "Give an access token that may read it; some models also want their terms accepted first.",
        StoreFailure.NeedsConfirmation => "If it shall go all the same, confirm it (API: ?confirm=true).",
        StoreFailure.InUse => "Stop the other agent that uses this folder.",
        _ => "Try again; what was fetched is kept.",
    };
}
