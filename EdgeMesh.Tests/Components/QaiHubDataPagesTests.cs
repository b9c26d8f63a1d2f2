using Bunit;
using EdgeMesh.Dashboard.Features.QaiHub;
using EdgeMesh.Dashboard.QaiHub;
using EdgeMesh.Dashboard.QaiHub.Data;
using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Catalog;
using EdgeMesh.QaiHub.Doctor;
using EdgeMesh.QaiHub.Models;
using EdgeMesh.QaiHub.Wire;
using EdgeMesh.Tests.Fakes;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeMesh.Tests.Components;

public sealed class QaiHubDataPagesTests : MeshPages
{
    private static readonly HubDevice s_laptop = new("Snapdragon X Elite CRD", "11", ["chipset:qualcomm-snapdragon-x-elite"], "");
    private static readonly HubDataset s_set = new("dabc", "faces", Samples.Now, Samples.Now.AddDays(30), true, new HubDataNote("dabc", "24 pictures, cropped to 8 × 8, RGB, values 0 to 1", "mmabcdefm", 24, [new HubDataInput("image", "float32", [1, 3, 8, 8])]));

    public QaiHubDataPagesTests()
    {
        Services.AddSingleton(new QaiHubOptions());
        HubData.Items = [s_set];
        Hub.Publish(HubSnapshot.Empty with
        {
            Connection = new HubConnection(new HubStatus(HubSource.Service, true, new HubUser(1, "Ada", "ada@example.org"), []), "https://hub.example", Samples.Now),
            Catalogue = new HubCatalogue([s_laptop], Samples.Now, null),
            Models = new HubModelList(
                [new HubModel("mmabcdefm", "net.onnx", ModelType.Onnx, Samples.Now, null, null, true, false, []), new HubModel("mnabcdefn", "net_compiled.dlc", ModelType.QnnDlc, Samples.Now, "j5abcdef5", null, true, false, [])], 2, Samples.Now, null),
        });
    }

    private string Address => Services.GetRequiredService<NavigationManager>().Uri;

    [Fact]
    public void List_SaysHowEachWasMade_AndWhenItExpires()
    {
        var page = Page<HubDataPage>();
        page.WaitForAssertion(() => Assert.Contains("24 pictures, cropped to 8 × 8", page.Find("[data-dataset='dabc']").TextContent, StringComparison.Ordinal));
        Assert.Contains("in 30 days", page.Find("[data-dataset='dabc']").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Form_Random_WantsAModel_AndOpensWhatWasMade()
    {
        var page = Page<HubDataPage>();
        Press(page, "Random numbers");
        Assert.True(Button(page, "Make it").HasAttribute("disabled"));
        Do(page, () => page.Find("#ds-model").Change("mmabcdefm"));
        Do(page, () => page.Find("#ds-entries").Change("5"));
        Do(page, () => page.Find("form").Submit());
        page.WaitForAssertion(() => Assert.EndsWith("/qaihub/data/dnew", Address, StringComparison.Ordinal));
        Assert.Equal(("mmabcdefm", new DatasetSource.Random(5, 0)), (HubData.Made.Single().ModelId, HubData.Made.Single().Source));
    }

    [Fact]
    public void Form_Pictures_AreSentWithWhatWasChosen_AndARefusalIsShown()
    {
        HubData.Refusal = null;
        var page = Page<HubDataPage>();
        Do(page, () => page.Find("#ds-model").Change("mmabcdefm"));
        Do(page, () => page.Find("#ds-fit").Change("Contain"));
        Do(page, () => page.Find("#ds-scale").Change("ImageNet"));
        page.FindComponent<InputFile>().UploadFiles(InputFileContent.CreateFromText("x", "one.png"));
        page.WaitForState(() => !Button(page, "Make it").HasAttribute("disabled"));
        HubData.Refusal = DataProblems.Wrong("one.png is no PNG or JPEG picture.", "Save it as one of these.", "upload");
        Do(page, () => page.Find("form").Submit());
        page.WaitForAssertion(() => Assert.Contains("one.png is no PNG or JPEG picture. Save it as one of these.", page.Find("[role='alert']").TextContent, StringComparison.Ordinal));
        Assert.Equal(new DatasetSource.Images("up1", null, ImageFit.Contain, ImageScale.ImageNet), HubData.Made.Single().Source);
    }

    [Fact]
    public void Set_Quantize_TakesTheModelThatItWasMadeFor()
    {
        var page = Page<HubDatasetPage>(p => p.Add(d => d.Id, "dabc"));
        page.WaitForElement("#du-weights");
        Do(page, () => page.Find("#du-weights").Change("int4"));
        Press(page, "Quantize");
        Do(page, () => page.Find("form").Submit());
        page.WaitForAssertion(() => Assert.Contains(new QuantizeOrder("mmabcdefm", "dabc", "int4", "int8", ""), Hub.Submitted));
    }

    [Fact]
    public void Set_Run_WantsACompiledModelAndADevice()
    {
        var page = Page<HubDatasetPage>(p => p.Add(d => d.Id, "dabc"));
        Press(page, "Run a model");
        Assert.DoesNotContain("net.onnx", page.Find("#du-model").TextContent, StringComparison.Ordinal);
        Do(page, () => page.Find("#du-model").Change("mnabcdefn"));
        Assert.True(Button(page, "Run it").HasAttribute("disabled"));
        Do(page, () => page.Find("#qc-hits button").Click());
        Do(page, () => page.Find("form").Submit());
        page.WaitForAssertion(() => Assert.Equal(new InferenceOrder("mnabcdefn", s_laptop.Name, s_laptop.Os, "dabc", ""), Hub.Submitted.Single()));
    }

    [Fact]
    public void Set_SaysWhatItWasMadeOf_AndOffersItsFile()
    {
        var page = Page<HubDatasetPage>(p => p.Add(d => d.Id, "dabc"));
        page.WaitForAssertion(() => Assert.Equal("image1 × 3 × 8 × 8, float3224", page.Find(".qsv tbody").TextContent.Trim()));
        Assert.Equal("api/qaihub/datasets/dabc/file", page.Find("a[download]").GetAttribute("href"));
    }

    [Fact]
    public void Set_MadeElsewhere_SaysThatItIsNotRead_AndOffersItsFile()
    {
        HubData.Items = [s_set with { Note = null }];
        var page = Page<HubDatasetPage>(p => p.Add(d => d.Id, "dabc"));
        page.WaitForAssertion(() => Assert.Contains("nothing here reads its file", page.Markup, StringComparison.Ordinal));
        Assert.Single(page.FindAll("a[download]"));
    }

    [Fact]
    public void Set_Removed_GoesBackToTheList()
    {
        var page = Page<HubDatasetPage>(p => p.Add(d => d.Id, "dabc"));
        Press(page, "Remove from the list");
        page.WaitForAssertion(() => Assert.EndsWith("/qaihub/data", Address, StringComparison.Ordinal));
        Assert.Equal(["dabc"], HubData.Removed);
    }

    [Fact]
    public void Compile_WithADataSet_SendsIt()
    {
        Services.GetRequiredService<NavigationManager>().NavigateTo($"/qaihub/compile?model=mmabcdefm&device={Uri.EscapeDataString("Snapdragon X Elite CRD|11")}");
        var page = Page<HubCompilePage>();
        page.WaitForState(() => page.FindAll("#qc-data option").Count == 2);
        Do(page, () => page.Find("#qc-data").Change("dabc"));
        Press(page, "Compile and profile");
        page.WaitForAssertion(() => Assert.Equal("dabc", Assert.IsType<CompileOrder>(Hub.Submitted.Single()).DatasetId));
    }

    [Fact]
    public void Job_Inference_OffersItsOutputs()
    {
        Hub.Publish(Hub.Current with { Jobs = new HubJobList([new TrackedJob("jinf", HubJobKind.Inference, HubJobState.Done, Samples.Now) { IsFull = true, OutputDatasetId = "dout", DatasetId = "dabc", Result = [] }], Samples.Now, null) });
        var page = Page<HubJobPage>(p => p.Add(j => j.Id, "jinf"));
        page.WaitForAssertion(() => Assert.NotNull(page.Find("a[href='qaihub/data/dout']")));
        Assert.NotNull(page.Find("a[href='api/qaihub/datasets/dout/file']"));
        Assert.NotNull(page.Find("a[href='qaihub/data/dabc']"));
    }
}
