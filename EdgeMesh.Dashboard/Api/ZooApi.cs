using EdgeMesh.Dashboard.Models;
using EdgeMesh.Dashboard.Problems;
using EdgeMesh.Dashboard.QaiHub;
using EdgeMesh.Dashboard.QaiHub.Zoo;

namespace EdgeMesh.Dashboard.Api;

/// <summary><c>/api/qaihub/zoo</c>: Qualcomm's public models by chip, for everyone without an account.</summary>
internal static class ZooApi
{
    private const int MaxLength = 200;
    private static readonly string[] Names = ["search", "task", "chipset", "runtime", "precision", "inMesh"];

    public static void MapZoo(this RouteGroupBuilder hub)
    {
        var zoo = hub.MapGroup("/zoo");
        zoo.MapGet("", List).Produces<ZooDto>().Fails(400)
            .Describe("List the model zoo", "Models that Qualcomm offers compiled, with the latency that it published for each chip. Every filter is optional; inMesh leaves the chips that the mesh has. Needs no connection to the service.");
        zoo.MapGet("/{id}", Get).Produces<ZooModelDto>().Fails(404).Describe("Get a model of the zoo", "All its builds, with the address of each file.");
        zoo.MapPost("/{id}/fetch", FetchAsync).Accepts<ZooFetchDto>("application/json").Produces<IReadOnlyList<TransferDto>>(202).Fails(400, 404, 409, 415)
            .Describe("Fetch a model of the zoo", "Devices fetch the file themselves, as for any model from an address; the transfers are those of /api/models/transfers. Refused where the build is for another chip.");
    }

    private static IResult List(HttpContext context, IModelZoo zoo)
    {
        var query = context.Request.Query;
        foreach (var (name, values) in query)
        {
            if (!Names.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                return ProblemResults.Invalid(ApiProblems.ParameterWrong(name, "", $"only {string.Join(", ", Names)}"));
            }

            if (values.Count > 1 || values.ToString().Length > MaxLength)
            {
                return ProblemResults.Invalid(ApiProblems.ParameterWrong(name, values.ToString()[..Math.Min(40, values.ToString().Length)], $"one value of at most {MaxLength} characters"));
            }
        }

        if (Text("runtime") is { } runtime && ZooRuntime.Of(runtime) is null)
        {
            return ProblemResults.Invalid(ApiProblems.ParameterWrong("runtime", runtime, string.Join(", ", ZooRuntime.All.Select(r => r.Value))));
        }

        if (Text("inMesh") is { } inMesh && !bool.TryParse(inMesh, out _))
        {
            return ProblemResults.Invalid(ApiProblems.ParameterWrong("inMesh", inMesh, "true or false"));
        }

        var filter = new ZooFilter(Text("search"), Text("task"), Text("chipset"), Text("runtime"), Text("precision"), Text("inMesh") is { } mine && bool.Parse(mine));
        var mesh = Mesh(zoo);
        return TypedResults.Ok(new ZooDto(ZooFacts.Release, [.. filter.Apply(zoo.Models, chip => !mesh(chip).IsEmpty).Select(m => ZooModelDto.From(m, zoo, mesh))]));

        string? Text(string name) => query[name].ToString().Trim() is { Length: > 0 } text ? text : null;
    }

    private static IResult Get(string id, IModelZoo zoo) =>
        zoo.Models.FirstOrDefault(m => m.Id == id) is { } model ? TypedResults.Ok(ZooModelDto.From(model, zoo, Mesh(zoo))) : ProblemResults.NotFound(HubProblems.ZooModelUnknown(id));

    private static async Task<IResult> FetchAsync(string id, HttpContext context, IModelZoo zoo)
    {
        if (zoo.Models.FirstOrDefault(m => m.Id == id) is not { } model)
        {
            return ProblemResults.NotFound(HubProblems.ZooModelUnknown(id));
        }

        var (body, wrong) = await JsonBody.ReadAsync<ZooFetchDto>(context);
        if (body is null)
        {
            return wrong!;
        }

        var build = model.Builds.FirstOrDefault(b => b.Runtime.Value == body.Runtime && b.Precision == body.Precision && (b.Chip.Chipset == body.Chipset || (body.Chipset is null && !b.Runtime.OneChip)));
        if (build is null)
        {
            return ProblemResults.Invalid(ApiProblems.BodyWrong($"{model.Name} has no such build; GET /api/qaihub/zoo/{model.Id} lists them by runtime, precision and chipset.", "runtime"));
        }

        var devices = ImmutableArray.CreateBuilder<DeviceId>();
        foreach (var text in body.DeviceIds ?? [])
        {
            if (!DeviceId.TryParse(text, out var device))
            {
                return ProblemResults.Invalid(ModelProblems.DeviceUnknown(text));
            }

            devices.Add(device);
        }

        var (transfers, problem) = await zoo.FetchAsync(new ZooOrder(build, devices.ToImmutable(), body.Address, body.Release, body.EvenIfMemoryIsShort), context.RequestAborted);
        return problem is { Code: "release_invalid" or "address_invalid" } ? ProblemResults.Invalid(problem)
            : problem is not null ? CommandResults.FromCommand(problem, TypedResults.NoContent())
            : TypedResults.Accepted("/api/models/transfers", transfers.Select(TransferDto.From).ToList());
    }

    // Asked once for each chip, not once for each of its builds.
    private static Func<ZooChip, ImmutableArray<HubMeshDevice>> Mesh(IModelZoo zoo)
    {
        var known = new Dictionary<ZooChip, ImmutableArray<HubMeshDevice>>();
        return chip => known.TryGetValue(chip, out var devices) ? devices : known[chip] = zoo.InMesh(chip);
    }
}
