using EdgeMesh.Agent.Configuration;
using EdgeMesh.Agent.Models.Store;
using EdgeMesh.Agent.Models.Store.Sources;

namespace EdgeMesh.Agent.MeshModels;

/// <summary>The folders that the device's owner named for models; nothing else of a person's files is read for the mesh.</summary>
internal sealed class NamedFolders(AgentOptions options)
{
    private const string HowTo =
        "Start the agent there with --models-from DIR for a folder that may be read (EdgeMesh:Models:Folders for the dashboard's own device), or use Upload.";

    /// <summary>What a wish may read of a path that came over the link.</summary>
    /// <exception cref="ModelStoreException">It is in none of the folders, or in something private there.</exception>
    public FolderSource Open(string path)
    {
        if (options.ModelFolders.IsEmpty)
        {
            throw Refused("No folder of this device may be read for models: its owner has named none.");
        }

        try
        {
            var real = Path.IsPathFullyQualified(path) ? RealPath.Of(path) : "";
            foreach (var named in options.ModelFolders.Select(RealPath.Of))
            {
                if (real.Length > 0 && RealPath.Inside(named, real) is { } steps && !steps.Any(PrivatePlaces.IsPrivate))
                {
                    return PrivatePlaces.IsInData(real) ? throw Refused($"{path} belongs to an EdgeMesh, which keeps its keys there.") : new FolderSource(real, named);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What cannot be followed is in no folder.
        }

        throw Refused($"{path} is not inside a folder that the device's owner named for models, or is hidden there.");
    }

    private static ModelStoreException Refused(string cause) => new(StoreFailure.RefusedFolder, cause) { Advice = HowTo };
}
