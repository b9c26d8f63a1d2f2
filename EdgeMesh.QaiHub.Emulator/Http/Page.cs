namespace EdgeMesh.QaiHub.Emulator.Http;

/// <summary>Which part of a list is asked for.</summary>
internal readonly record struct Page(int Offset, int Limit)
{
    private const int Usual = 50;
    private const int Most = 1000;

    public static Page Of(HttpRequest request) =>
        new(Number(request, "offset", 0), Math.Min(Number(request, "limit", Usual), Most));

    public IEnumerable<T> Take<T>(IEnumerable<T> all) => all.Skip(Offset).Take(Limit);

    private static int Number(HttpRequest request, string name, int otherwise) => request.Query[name].ToString() switch
    {
        "" => otherwise,
        var text when int.TryParse(text, out int number) && number >= 0 => number,
        _ => throw new Refusal(StatusCodes.Status400BadRequest, $"'{name}' must be a number from 0."),
    };
}
