namespace EdgeMesh.QaiHub.Emulator.Http;

/// <summary>Names that people give.</summary>
internal static class Names
{
    private const int Longest = 255;

    /// <summary>The name, or <paramref name="otherwise"/> when it is empty; 400 when it is too long or has control characters.</summary>
    public static string Checked(string name, string otherwise = "") =>
        name.Length > Longest || name.Any(char.IsControl) ? throw new Refusal(StatusCodes.Status400BadRequest, $"A name has at most {Longest} characters and no line breaks.")
        : name.Length > 0 ? name
        : otherwise;
}
