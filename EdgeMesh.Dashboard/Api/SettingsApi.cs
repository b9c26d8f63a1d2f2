using EdgeMesh.Core.Models;
using EdgeMesh.Dashboard.Orchestration;

namespace EdgeMesh.Dashboard.Api;

/// <summary><c>/api/settings</c>: what people set for the whole mesh.</summary>
internal static class SettingsApi
{
    public static void MapSettings(this RouteGroupBuilder api)
    {
        var settings = api.MapGroup("/settings").WithTags("Settings");
        settings.MapGet("/models", (IModelSettings models) => TypedResults.Ok(models.Current))
            .Describe("Preferred models", "Per job kind, names or patterns with * and ?, best first. A preferred model that fits wins over the quality tier.");
        settings.MapPut("/models", PutAsync).Accepts<ModelPreferences>("application/json").Produces<ModelPreferences>().Fails(400, 415)
            .Describe("Set the preferred models", "The lists chat, summarize, code and image; one that is left out gets its default again.");
    }

    private static async Task<IResult> PutAsync(HttpContext context, IModelSettings models)
    {
        var (wish, wrong) = await JsonBody.ReadModelPreferencesAsync(context);
        return wish is null ? wrong! : CommandResults.FromCommand(await models.SaveAsync(wish, context.RequestAborted), TypedResults.Ok(wish));
    }
}
