namespace EdgeMesh.QaiHub;

/// <summary>How an emulator says that it is one: this header on every answer. What it shows is made up, and every page must say so.</summary>
public static class EmulatorMark
{
    /// <summary>The header.</summary>
    public const string Header = "X-EdgeMesh-QaiHub-Emulator";

    /// <summary>Its value.</summary>
    public const string Value = "true";
}
