using EdgeMesh.Tests.Support;
using Microsoft.Playwright;

namespace EdgeMesh.Tests.Browser;

/// <summary>A field in which a person chooses files.</summary>
internal static class FileField
{
    // What Blazor's InputFile marks its field with once it listens (aspnetcore, InputFile.ts); a choice before that is heard by nobody.
    private const string Listens = "field => field._blazorInputFileNextFileId !== undefined";

    /// <summary>Chooses files as soon as the page listens to the field.</summary>
    public static async Task ChooseAsync(this ILocator field, params FilePayload[] files)
    {
        await IsListenedToAsync(field);
        await field.SetInputFilesAsync(files);
    }

    /// <summary>The same with a file of this machine.</summary>
    public static async Task ChooseAsync(this ILocator field, string path)
    {
        await IsListenedToAsync(field);
        await field.SetInputFilesAsync(path);
    }

    private static Task IsListenedToAsync(ILocator field) => Until.TrueAsync("the page to listen to the field", () => field.EvaluateAsync<bool>(Listens));
}
