using Bunit;
using EdgeMesh.Dashboard.Features.NewJob;
using Microsoft.AspNetCore.Components;

namespace EdgeMesh.Tests.Components.NewJob;

/// <summary>Types as typing.js tells it.</summary>
internal static class TypedText
{
    /// <summary>The whole text box has this text now.</summary>
    public static void Type<T>(this IRenderedComponent<T> page, string text)
        where T : IComponent =>
        page.Find(".nj-text").TriggerEvent("ontextedit", new TextEditEventArgs { Removed = TextEditEventArgs.All, Inserted = text, Length = text.Length });
}
