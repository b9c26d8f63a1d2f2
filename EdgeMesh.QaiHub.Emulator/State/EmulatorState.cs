using EdgeMesh.QaiHub.Emulator.Configuration;
using EdgeMesh.QaiHub.Emulator.Http;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.QaiHub.Emulator.State;

/// <summary>All that the emulator keeps.</summary>
internal sealed class EmulatorState
{
    private readonly EmulatorOptions _options;

    public EmulatorState(EmulatorOptions options)
    {
        _options = options;
        string Folder(string name) => Path.Combine(options.Folder, name);
        Models = new Shelf<ModelEntry>(Folder("models"), "models", options.MaxEntries);
        Datasets = new Shelf<DatasetEntry>(Folder("datasets"), "data sets", options.MaxEntries);
        Jobs = new Shelf<JobEntry>(Folder("jobs"), "jobs", options.MaxEntries);
        Uploads = new Shelf<UploadEntry>(Folder("uploads"), "uploads", options.MaxEntries);
        Results = new JobResults(Folder("results"));
        Assets = new AssetFolder(Folder("assets"));
    }

    /// <summary>How long a data set is kept that is not permanent.</summary>
    public static readonly TimeSpan DatasetLife = TimeSpan.FromDays(30);

    /// <summary>The only person there is.</summary>
    public static User Me => new() { Id = 1, FirstName = "Emulated", LastName = "User", Email = "emulated.user@emulator.invalid", OrgId = 1 };

    public Shelf<ModelEntry> Models { get; }

    public Shelf<DatasetEntry> Datasets { get; }

    public Shelf<JobEntry> Jobs { get; }

    public Shelf<UploadEntry> Uploads { get; }

    public JobResults Results { get; }

    public AssetFolder Assets { get; }

    /// <summary>413 when so many more bytes have no room, 400 for a size that is none.</summary>
    public void RequireRoom(long bytes)
    {
        if (bytes < 0)
        {
            throw new Refusal(StatusCodes.Status400BadRequest, "'file_size' must be a number of bytes.");
        }

        if (bytes > _options.MaxAssetBytes)
        {
            throw new Refusal(StatusCodes.Status413PayloadTooLarge, $"A file may have at most {_options.MaxAssetBytes} bytes.");
        }

        if (Assets.Bytes + Uploads.All.Sum(u => u.Missing) + bytes > _options.MaxTotalBytes)
        {
            throw new Refusal(StatusCodes.Status413PayloadTooLarge, $"All files together may have at most {_options.MaxTotalBytes} bytes. Stop this emulator and delete its folder to start anew.");
        }
    }
}
