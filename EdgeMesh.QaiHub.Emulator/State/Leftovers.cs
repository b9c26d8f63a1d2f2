namespace EdgeMesh.QaiHub.Emulator.State;

/// <summary>What nobody will ask for again: data sets past their time, uploads that were never finished, files that a crash left.</summary>
internal static class Leftovers
{
    private static readonly TimeSpan UploadLife = TimeSpan.FromDays(1);

    public static void Sweep(EmulatorState state, DateTimeOffset now)
    {
        foreach (var dataset in state.Datasets.Unordered.Where(d => d.Wire.ExpirationTime?.ToDateTimeOffset() < now).ToList())
        {
            state.Datasets.Remove(dataset.Id);
        }

        foreach (var upload in state.Uploads.Unordered.Where(u => u.Created + UploadLife < now).ToList())
        {
            state.Uploads.Remove(upload.Id);
        }

        var kept = state.Models.Unordered.Select(m => m.Asset?.Key ?? m.Id)
            .Concat(state.Datasets.Unordered.Select(d => d.Asset?.Key ?? d.Id))
            .Concat(state.Uploads.Unordered.Select(u => u.AssetKey))
            .ToHashSet();
        foreach (string key in state.Assets.Keys.Where(k => !kept.Contains(k)).ToList())
        {
            state.Assets.Delete(key);
        }
    }
}
