using EdgeMesh.QaiHub.Emulator.Api.Wire;
using EdgeMesh.QaiHub.Emulator.Http;
using EdgeMesh.QaiHub.Emulator.State;

namespace EdgeMesh.QaiHub.Emulator.Api;

/// <summary><c>shared_access/</c> of jobs, models and data sets: a list of addresses, kept and told, with nobody behind them.</summary>
internal static class SharingApi
{
    private const int Most = 100;

    public static void MapSharing(this RouteGroupBuilder api)
    {
        Map(api, "jobs", s => s.Jobs, e => e.SharedWith, (e, with) => e with { SharedWith = with });
        Map(api, "models", s => s.Models, e => e.SharedWith, (e, with) => e with { SharedWith = with });
        Map(api, "datasets", s => s.Datasets, e => e.SharedWith, (e, with) => e with { SharedWith = with });
    }

    private static void Map<T>(RouteGroupBuilder api, string what, Func<EmulatorState, Shelf<T>> shelf, Func<T, IReadOnlyList<string>> read, Func<T, IReadOnlyList<string>, T> write)
        where T : class, IEntry
    {
        string path = $"/{what}/{{id}}/shared_access/";
        IResult Tell(T entry) => ProtobufBody.Of(new SharedAccess { Email = { read(entry) } });

        api.MapGet(path, (string id, EmulatorState state) => Tell(shelf(state).Required(id)));
        api.MapDelete(path, (string id, EmulatorState state) => Tell(shelf(state).Change(id, e => write(e, []))));
        api.MapPatch(path, async (string id, HttpRequest request, EmulatorState state) =>
        {
            var change = await ProtobufBody.ReadAsync(request, SharedAccessChange.Parser);
            return Tell(shelf(state).Change(id, e => write(e, [.. read(e).Except(change.RemoveEmail).Union(change.AddEmail).Take(Most)])));
        });
    }
}
